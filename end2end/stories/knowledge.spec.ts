import { expect, test } from '../house';

test('a document is added, looked up, cited in an answer, and forgotten', async ({ newcomer, stub }) => {
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const { page } = keeper;
  await page.goto('/studio');
  await page.getByRole('link', { name: 'Mira' }).click();
  await page.getByRole('link', { name: 'Documents that it knows' }).click();
  await expect(page.getByText('It has read nothing yet.')).toBeVisible();

  await page.screenshot({ path: 'results/looks/knowledge-empty.png', fullPage: true });
  // Several at once; what is wrong with one is said beside its name.
  const book = '# The orchard book\n\n## Medlars\n\nMedlars are eaten when they are soft.\n\n## Quinces\n\nQuinces are cooked.\n';
  await page.getByLabel('Choose files').setInputFiles([
    { name: 'orchard.md', mimeType: 'text/markdown', buffer: Buffer.from(book) },
    { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 rubbish') },
    { name: 'music.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('la la') },
  ]);
  await page.getByRole('button', { name: 'Add them' }).click();
  await expect(page.getByRole('status')).toContainText('music.mp3: Add a text, Markdown');
  const documents = page.locator('#documents li');
  await expect(documents).toHaveCount(2);
  await expect(documents.filter({ hasText: 'The orchard book' })).toContainText('2 passages');
  await expect(documents.filter({ hasText: 'broken.pdf' })).toContainText('It is damaged');
  await page.screenshot({ path: 'results/looks/knowledge.png', fullPage: true });
  expect(keeper.complaints.splice(0)).toEqual([expect.stringContaining('422')]);
  await page.getByRole('button', { name: 'Remove “broken”' }).click();
  await expect(documents).toHaveCount(1);

  await page.getByRole('searchbox').fill('when are medlars eaten?');
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  const found = page.locator('.passages li');
  await expect(found).toHaveCount(1);
  await expect(found).toContainText('“The orchard book”, Medlars');
  await found.getByRole('link').click();
  await expect(page.locator('.passages li')).toHaveCount(2);

  await page.screenshot({ path: 'results/looks/passages.png', fullPage: true });
  // Whoever asks is told what it recalled.
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('The Garden Gate');
  await alice.alive();
  await stub.says({ text: 'Once they are soft, the orchard book says.' });
  await alice.say('@Mira when are medlars eaten?');
  await expect(alice.talk.getByText('the orchard book says')).toBeVisible();
  await stub.asked('Medlars are eaten when they are soft.');
  await alice.talk.locator('.why summary').last().click();
  await expect(alice.talk.locator('.why .quote')).toContainText('“The orchard book”, Medlars');

  await alice.page.screenshot({ path: 'results/looks/cited.png' });
  await page.getByRole('link', { name: 'Documents', exact: true }).click();
  await page.getByRole('button', { name: 'Remove “The orchard book”' }).click();
  await expect(page.getByText('It has read nothing yet.')).toBeVisible();
  expect(keeper.complaints).toEqual([]);
});
