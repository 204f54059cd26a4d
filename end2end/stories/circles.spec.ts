import { expect, test, type Visitor } from '../house';

/** What stands in a talk, system lines included. */
const lines = (visitor: Visitor) => visitor.talk.locator('.system, .text');

test('stepping aside from a room into a circle with an AI', async ({ newcomer, stub }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  for (const one of [alice, carol, keeper]) {
    await one.enter('Lobby');
    await one.alive();
  }
  await expect(alice.page.locator('#here')).toContainText('carol');

  await alice.page.getByRole('link', { name: 'Step aside' }).click();
  await expect(alice.page.getByRole('checkbox', { name: 'carol' })).toBeChecked();
  await expect(alice.page.getByRole('checkbox', { name: 'Silas' })).toBeChecked();
  for (const other of ['Luna', 'Mira', 'Keeper']) await alice.page.getByRole('checkbox', { name: other }).uncheck();
  await alice.page.getByLabel('Name of the circle').fill('By the well');
  await alice.page.getByRole('button', { name: 'Begin' }).click();
  await expect(alice.page.getByRole('heading', { level: 1, name: 'By the well' })).toBeVisible();
  await alice.alive();
  await expect(lines(alice)).toHaveText(['alice started this circle with carol and Silas.']);

  // carol finds it in her list without loading anything anew, and Silas answers there without being called.
  const waiting = carol.page.locator('#places a').filter({ hasText: 'By the well' });
  await waiting.click();
  await expect(carol.page.getByRole('heading', { level: 1, name: 'By the well' })).toBeVisible();
  await carol.alive();
  await stub.says({ text: 'The water is colder here.' });
  await carol.say('is it only us now');
  await expect(lines(alice).filter({ hasText: 'The water is colder here.' })).toHaveCount(1);

  // For whoever is not in it, it is not there.
  await expect(keeper.page.locator('#places').getByText('By the well')).toHaveCount(0);
  const found = await keeper.page.goto(new URL(alice.page.url()).pathname);
  expect(found?.status()).toBe(404);
  keeper.complaints.length = 0;
});

test('a removed member is out at once, and back when somebody asks them in', async ({ newcomer }) => {
  const [ada, ben, cleo] = [await newcomer(), await newcomer(), await newcomer()];
  const names: [Visitor, string][] = [[ada, 'Adele'], [ben, 'Benno'], [cleo, 'Cleo']];
  const session = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  for (const [one, name] of names) {
    await session.page.goto('/rooms');
    await session.alive();
    await session.page.getByRole('button', { name: 'Make an invitation link' }).click();
    const link = await session.page.locator('.page-head .link').inputValue();
    await one.page.goto(link);
    await one.page.getByLabel('Name').fill(name);
    await one.page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.org`);
    await one.page.getByLabel('Password').fill('correct horse');
    await one.page.getByRole('button', { name: 'Register' }).click();
    await one.page.waitForURL('**/rooms');
  }
  await ada.page.getByRole('link', { name: 'New conversation' }).click();
  for (const name of ['Benno', 'Cleo']) {
    await ada.page.getByLabel('Find by name').fill(name.toLowerCase());
    await ada.page.getByRole('button', { name: 'Find' }).click();
    await ada.page.getByRole('checkbox', { name }).check();
  }
  await ada.page.getByRole('button', { name: 'Begin' }).click();
  await expect(ada.page.getByRole('heading', { level: 1, name: 'Benno, Cleo' })).toBeVisible();
  await ada.alive();
  const circle = new URL(ada.page.url()).pathname;
  for (const one of [ben, cleo]) {
    await one.page.goto(circle);
    await one.alive();
  }

  const card = ada.page.locator('#here');
  await card.getByText('Benno', { exact: true }).click();
  await card.getByRole('link', { name: 'More about Benno' }).click();
  await ada.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await ada.page.getByRole('link', { name: 'Back to the talk' }).click();
  await ben.page.waitForURL('**/rooms');
  await ada.alive();
  await ada.say('now that we are two');
  await expect(cleo.talk.getByText('now that we are two')).toBeVisible();
  await expect(cleo.page.getByRole('heading', { level: 1, name: 'Adele' })).toBeVisible();
  await expect(ben.page.locator('.chats a.place')).toHaveCount(0);

  await cleo.page.getByRole('link', { name: 'Settings' }).click();
  await cleo.page.getByRole('searchbox', { name: 'Find by name' }).fill('benno');
  await cleo.page.getByRole('button', { name: 'Find' }).click();
  await cleo.page.getByRole('button', { name: 'Ask in Benno' }).click();
  await cleo.page.getByRole('link', { name: 'Back to the talk' }).click();
  // His page has not been loaded anew: the way back shows by itself.
  await ben.page.locator('.chats a.place').first().click();
  await expect(lines(ben)).toHaveText([
    'Adele started this circle with Benno and Cleo.',
    'Adele removed Benno.',
    'now that we are two',
    'Cleo asked Benno in.',
  ]);
});

test('whom one blocks is not heard any more', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  for (const one of [alice, carol]) {
    await one.enter('Lobby');
    await one.alive();
  }
  await carol.say('you will not want to hear this');
  await expect(alice.talk.getByText('you will not want to hear this')).toBeVisible();
  const card = alice.page.locator('#here');
  await card.getByText('carol', { exact: true }).click();
  await card.getByRole('link', { name: 'More about carol' }).click();
  await alice.page.getByRole('button', { name: 'Block' }).click();
  await alice.page.getByRole('link', { name: 'Back to the talk' }).click();
  await alice.alive();
  await expect(alice.talk.getByText('you will not want to hear this')).toBeHidden();
  await carol.say('nor this');
  await expect(alice.talk.locator('.blocked').last()).toBeVisible();
  await expect(alice.talk.getByText('nor this')).toBeHidden();

  await card.getByText('carol', { exact: true }).click();
  await card.getByRole('link', { name: 'More about carol' }).click();
  await alice.page.getByRole('button', { name: 'End the block' }).click();
  await alice.page.getByRole('link', { name: 'Back to the talk' }).click();
  await expect(alice.talk.getByText('nor this')).toBeVisible();
});

test('an AI is asked into a circle from its card', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.page.goto('/new');
  await alice.page.getByRole('checkbox', { name: 'Luna' }).check();
  await alice.page.getByLabel('Name of the circle').fill('The far bank');
  await alice.page.getByRole('button', { name: 'Begin' }).click();
  await expect(alice.page.getByRole('heading', { level: 1, name: 'The far bank' })).toBeVisible();
  await alice.alive();
  await expect(lines(alice)).toHaveText(['alice started this circle with Luna.']);

  await alice.page.goto('/rooms');
  await alice.enter('Lobby');
  await alice.alive();
  const card = alice.page.locator('#here');
  await card.getByText('Mira', { exact: true }).click();
  await card.getByRole('link', { name: 'More about Mira' }).click();
  await expect(alice.page.getByRole('heading', { level: 1, name: 'Mira' })).toBeVisible();
  await alice.page.getByLabel('Which circle').selectOption('The far bank');
  await alice.page.getByRole('button', { name: 'Ask in' }).click();
  await alice.page.getByRole('link', { name: 'The far bank' }).first().click();
  await alice.alive();
  await expect(lines(alice)).toHaveText(['alice started this circle with Luna.', 'alice asked Mira in.']);
});
