import { expect, test } from '../house';

test('two tabs and a phone of one person agree on what is read', async ({ newcomer }) => {
  const desk = await (await newcomer()).logIn('carol@test.com', 'carol123');
  const phone = await (await newcomer({ viewport: { width: 360, height: 740 } })).logIn('carol@test.com', 'carol123');
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  for (const one of [desk, alice]) {
    await one.enter('Lobby');
    await one.alive();
  }
  const lobby = new URL(desk.page.url()).pathname;
  const tab = await desk.context.newPage();
  desk.watch(tab);
  for (const page of [tab, phone.page]) await page.goto('/rooms');
  await phone.alive();
  const card = (page: typeof tab) => page.locator('.room-card').filter({ has: page.getByRole('heading', { name: 'Lobby' }) });
  // While nobody looks at the room, everywhere it counts the same.
  await desk.page.goto('/rooms');
  await desk.alive();
  for (const words of ['one', 'two', 'three @carol']) await alice.say(words);
  for (const page of [tab, phone.page, desk.page]) {
    await expect(card(page).locator('.unread')).toHaveText('3 new');
  }
  await expect(desk.page).toHaveTitle(/^\(3\) /);
  await expect(desk.page.locator('link[rel=icon]')).toHaveAttribute('href', '/favicon-lit.svg');
  // Read at one of them, it is read at all.
  await phone.page.goto(lobby);
  await expect(phone.talk.locator('.day.new')).toBeVisible();
  await phone.alive();
  for (const page of [tab, desk.page]) await expect(card(page).locator('.unread')).toHaveCount(0);
  await expect(desk.page).not.toHaveTitle(/^\(/);
});
