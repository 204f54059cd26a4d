import { expect, test } from '../house';

test('the studio, from a template to the first answer and farewell', async ({ newcomer, stub }) => {
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const { page } = keeper;
  await page.goto('/admin');
  await page.getByRole('link', { name: 'The studio' }).click();
  await page.getByLabel('Begin with').selectOption('Storyteller');
  await page.getByLabel('Name').fill('Silas');
  await page.getByRole('button', { name: 'Make it' }).click();
  await expect(page.getByText('This name is taken')).toBeVisible();
  await expect(page.getByLabel('Begin with')).toHaveValue('storyteller');
  await page.getByLabel('Name').fill('Nova');
  await page.getByRole('button', { name: 'Make it' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nova');

  // What is out of its range comes back with the reason, and nothing that was written is lost.
  const character = `You are Nova, a star that went out long ago. ${'Light takes its time. '.repeat(800)}`;
  await page.getByLabel('Character').fill(character);
  await page.getByLabel('Talkativeness').fill('7');
  await page.getByLabel('Polski').check();
  await page.getByLabel('日本語').check();
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await save.click();
  await expect(page.getByText('Talkativeness is a number from 0')).toBeVisible();
  await expect(page.getByLabel('Character')).toHaveValue(character);
  await expect(page.getByLabel('日本語')).toBeChecked();
  await page.getByLabel('Talkativeness').fill('0.9');
  await save.click();
  await expect(page.getByText('Talkativeness is a number')).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel('Character')).toHaveValue(character);
  await expect(page.getByLabel('Polski')).toBeChecked();
  await expect(page.getByLabel('English')).not.toBeChecked();

  // A rehearsal, of which nothing is kept.
  const rehearsal = page.locator('.rehearsal');
  for (const [line, answer] of [
    ['Who are you?', 'Old light, mostly.'],
    ['And before that?', 'A good deal of dust.'],
  ]) {
    await stub.says({ text: answer });
    await rehearsal.getByRole('textbox').fill(line);
    await rehearsal.getByRole('button', { name: 'Try it' }).click();
    await expect(rehearsal.locator('.lines')).toContainText(answer);
  }
  await expect(rehearsal.locator('.lines p')).toHaveCount(4);
  await page.reload();
  await expect(rehearsal.locator('.lines p')).toHaveCount(0);

  // Into a room and awake: whoever is there sees it come, and is answered.
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('Night Studio');
  await alice.alive();
  await page.getByRole('listitem').filter({ hasText: 'Night Studio' }).getByRole('button', { name: 'Bring it in' }).click();
  await page.getByRole('button', { name: 'Wake it' }).click();
  await expect(page.getByText('It is awake')).toBeVisible();
  await expect(alice.page.locator('#here .person-name', { hasText: 'Nova' })).toBeVisible();
  const answer = 'Once there was a lamp that nobody had lit.';
  await stub.says({ text: answer });
  await alice.say('@Nova, tell us a beginning');
  await expect(alice.talk.locator('.text').filter({ hasText: answer })).toHaveCount(1);

  // As a file, and back from it under another name.
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const saved = await (await saving).path();
  await page.goto('/studio');
  await page.getByLabel('File').setInputFiles(saved);
  await page.getByRole('button', { name: 'Bring it here' }).click();
  await expect(page.getByText('This name is taken')).toBeVisible();
  await page.getByLabel('Call it').fill('Vega');
  await page.getByRole('button', { name: 'Bring it here' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Vega');
  await expect(page.getByLabel('Character')).toHaveValue(character);
  // The browser itself notes every answer that refuses.
  expect(keeper.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  await page.goto('/studio');
  await page.getByRole('link', { name: 'Nova' }).click();

  // Farewell: it is gone from the room, and what it said stays.
  await page.getByRole('button', { name: 'Retire it' }).click();
  await page.getByRole('button', { name: 'Retire it now' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The studio');
  await expect(page.getByRole('link', { name: 'Nova' })).toHaveCount(0);
  await expect(alice.page.locator('#here .person-name', { hasText: 'Nova' })).toHaveCount(0);
  await expect(alice.talk.locator('.text').filter({ hasText: answer })).toHaveCount(1);
  expect(keeper.complaints).toEqual([]);
});
