import { expect, test } from '../house';

/** A PDF with a page for each of these lines. */
function pdf(pages: string[]): Buffer {
  const kids = pages.map((_, n) => `${4 + 2 * n} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 612 792] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ];
  pages.forEach((line, n) => {
    const content = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
    objects.push(`<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * n} 0 R >>`);
    objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  });
  let file = '%PDF-1.4\n';
  const places = objects.map((object, n) => {
    const at = file.length;
    file += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file);
}

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
  // Of a document with pages, the page is named: to the model, and to whoever asks why.
  const mill = pdf(['The mill was built by the river.', 'Its wheel is made of larch and turns to the left.']);
  await page.goto(page.url());
  await page.getByRole('link', { name: 'Documents', exact: true }).click();
  await page.getByLabel('Choose files').setInputFiles([{ name: 'mill.pdf', mimeType: 'application/pdf', buffer: mill }]);
  await page.getByRole('button', { name: 'Add them' }).click();
  await expect(documents.filter({ hasText: 'mill' })).toContainText('2 passages');
  await stub.says({ text: 'To the left, says the mill book.' });
  await alice.say('@Mira which way does the mill wheel of larch turn?');
  await expect(alice.talk.getByText('says the mill book')).toBeVisible();
  await stub.asked('“mill”, page 2');
  await alice.talk.locator('.why summary').last().click();
  await expect(alice.talk.locator('.why .quote').last()).toContainText('“mill”, page 2');
  await page.getByRole('button', { name: 'Remove “mill”' }).click();
  await expect(documents).toHaveCount(1);
  await page.getByRole('button', { name: 'Remove “The orchard book”' }).click();
  await expect(page.getByText('It has read nothing yet.')).toBeVisible();
  expect(keeper.complaints).toEqual([]);
});
