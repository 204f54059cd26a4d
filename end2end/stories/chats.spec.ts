import { expect, test, type Visitor } from '../house';

test('from a card into a private chat with an AI, that nobody else can find', async ({ newcomer, stub }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  await alice.enter('Lobby');
  await alice.alive();
  const here = alice.page.locator('#here');
  await here.getByText('Silas', { exact: true }).click();
  await here.getByRole('button', { name: 'Talk in private with Silas' }).click();
  await expect(alice.page.getByRole('heading', { level: 1, name: 'Silas' })).toBeVisible();
  await alice.alive();
  await expect(alice.page.getByRole('button', { name: 'Leave' })).toHaveCount(0);

  const answer = 'Then let us speak quietly.';
  await stub.says({ text: answer });
  await alice.say('nobody needs to be called here');
  await expect(alice.talk.locator('.text').filter({ hasText: answer })).toHaveCount(1);

  const chat = alice.page.url();
  await alice.page.goto('/rooms');
  await expect(alice.page.locator('.chats .place-name', { hasText: 'Silas' })).toBeVisible();
  await expect(alice.page.locator('.rooms').getByRole('heading', { name: 'Silas' })).toHaveCount(0);
  await alice.page.goto(chat);
  await expect(alice.talk.getByText(answer)).toBeVisible();

  await carol.page.goto('/rooms');
  await expect(carol.page.getByRole('heading', { name: 'Lobby' })).toBeVisible();
  await expect(carol.page.locator('.chats a.place')).toHaveCount(0);
  const found = await carol.page.goto(chat);
  expect(found?.status()).toBe(404);
  carol.complaints.length = 0;
});

test('two people talk in private, and the one who is elsewhere sees it waiting', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  for (const one of [alice, carol]) {
    await one.enter('Lobby');
    await one.alive();
  }
  const here = alice.page.locator('#here');
  await here.getByText('carol', { exact: true }).click();
  await here.getByRole('button', { name: 'Talk in private with carol' }).click();
  await alice.alive();
  await alice.say('between you and me');
  const waiting = carol.page.locator('#places a').filter({ hasText: 'alice' });
  await expect(waiting.locator('.unread')).toHaveText('1');
  await waiting.click();
  await expect(carol.talk.getByText('between you and me')).toBeVisible();
  await carol.alive();
  await carol.say('I hear you');
  await expect(alice.talk.getByText('I hear you')).toBeVisible();
  // The list says what was said last, of the open talk, too.
  const last = (one: Visitor, other: string) => one.page.locator('#places a').filter({ hasText: other }).locator('.last');
  await expect(last(alice, 'carol')).toHaveText('carol: I hear you');
  await expect(last(carol, 'alice')).toHaveText('carol: I hear you');
});

test('an AI is taken out of a private chat, and asked back', async ({ newcomer, stub }) => {
  const thea = await (await newcomer()).register('Thea');
  // Not through a room: the stories share one space, and others count who is in its rooms.
  await thea.page.goto('/new');
  await thea.page.getByRole('checkbox', { name: 'Silas' }).check();
  await thea.page.getByRole('button', { name: 'Begin', exact: true }).click();
  await expect(thea.page.getByRole('heading', { level: 1, name: 'Silas' })).toBeVisible();
  await thea.alive();
  await stub.says({ text: 'I am listening.' });
  await thea.say('this stays between us');
  await expect(thea.talk.getByText('I am listening.')).toBeVisible();
  const chat = thea.page.url();

  const here = thea.page.locator('#here');
  await here.getByText('Silas', { exact: true }).click();
  await here.getByRole('link', { name: 'More' }).first().click();
  await thea.page.screenshot({ path: 'results/looks/take-out.png' });
  await thea.page.getByRole('button', { name: 'Take it out', exact: true }).click();
  await thea.page.goto(chat);
  await expect(thea.talk.getByText('I am listening.')).toBeVisible();
  await expect(thea.page.getByText('This is archived.').first()).toBeVisible();
  await thea.page.screenshot({ path: 'results/looks/taken-out.png' });

  // The same talk, by the way that stands where the composer was.
  await thea.page.getByRole('button', { name: 'Ask it back' }).click();
  await thea.alive();
  expect(thea.page.url()).toBe(chat);
  await stub.says({ text: 'Here I am again.' });
  await thea.say('and there you are');
  await expect(thea.talk.getByText('Here I am again.')).toBeVisible();
});
