import { expect, test, type Visitor } from '../house';

test('two people register, meet in the Lobby, and Silas answers in sight of both', async ({ newcomer, stub, house }) => {
  const ada = await (await newcomer()).register('Ada');
  const ben = await (await newcomer()).register('Ben');
  await ada.enter('Lobby');
  await ben.enter('Lobby');
  await ada.alive();
  await ben.alive();

  await ada.say("it's <3 and **warm** here");
  await expect(ben.talk.getByText("it's <3 and warm here")).toBeVisible();
  await expect(ben.talk.locator('strong', { hasText: 'warm' })).toBeVisible();
  await expect(ada.talk.locator('.pending')).toHaveCount(0);
  await expect(ada.talk.getByText("it's <3 and warm here")).toHaveCount(1);

  await ben.composer.pressSequentially('hm');
  await expect(ada.page.getByText('Ben is writing')).toBeVisible();
  await ben.composer.fill('');

  const answer = 'A clearing, I would say. But who lit the lamps before you came?';
  await stub.says({ text: answer, hold: 'middle', pace_ms: 30 });
  await ben.say('@Silas what is this place?');
  for (const one of [ada, ben]) {
    await expect(one.talk.locator('.growing')).toHaveText('A clearing, I would say. But who ');
  }
  await ada.page.reload();
  await expect(ada.talk.locator('.growing')).toHaveText('A clearing, I would say. But who ');
  await stub.release();
  for (const one of [ada, ben]) {
    await expect(one.talk.locator('.text').filter({ hasText: answer })).toHaveCount(1);
    await expect(one.talk.locator('.growing')).toHaveCount(0);
  }

  // Everything ends and begins again, and it is all there.
  await house.stop();
  await expect(ben.page.getByText('Reconnecting')).toBeVisible();
  await ben.say('said into the dark');
  await expect(ben.talk.locator('.pending')).toHaveText(/said into the dark/);
  ben.complaints.length = 0;
  ada.complaints.length = 0;
  await house.start();
  await expect(ben.talk.locator('.pending')).toHaveCount(0);
  await expect(ben.talk.getByText('said into the dark')).toHaveCount(1);
  await expect(ada.talk.getByText('said into the dark')).toHaveCount(1);
  // What a browser writes of itself when a host is gone is not ours.
  const ours = (complaint: string) => !complaint.includes('net::ERR');
  for (const one of [ada, ben]) {
    expect(one.complaints.filter(ours)).toEqual([]);
    one.complaints.length = 0;
  }
  await ada.page.reload();
  await expect(ada.talk.getByText(answer)).toBeVisible();
});

/** Two people in a room, one of whom has just lost the network. */
async function carolCutOff(newcomer: () => Promise<Visitor>) {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  await alice.enter('Night Studio');
  await carol.enter('Night Studio');
  await alice.alive();
  await carol.alive();
  await carol.context.setOffline(true);
  await expect(carol.page.getByText('Reconnecting')).toBeVisible();
  return { alice, carol };
}

test('a minute without network ends with everything, once, in order', async ({ newcomer }) => {
  test.slow();
  const { alice, carol } = await carolCutOff(newcomer);
  await carol.say('from carol, unheard for now');
  const back = Date.now() + 60_000;
  for (let n = 0; n < 50; n++) await alice.say(`line ${n}`);
  await expect(alice.talk.locator('.pending')).toHaveCount(0);
  await expect(carol.talk.locator('.pending')).toHaveCount(1);
  // The minute itself is what is tried here: browsers give up on streams, and timers run out, in such a time.
  await carol.page.waitForTimeout(Math.max(back - Date.now(), 0));
  await carol.context.setOffline(false);
  await expect(carol.talk.getByText('line 49', { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(carol.talk.locator('.pending')).toHaveCount(0);
  for (const one of [alice, carol]) {
    await expect(one.talk.getByText('from carol, unheard for now')).toHaveCount(1);
    const lines = await one.talk.locator('.text').filter({ hasText: /^line / }).allInnerTexts();
    expect(lines.map((line) => line.trim())).toEqual(Array.from({ length: 50 }, (_, n) => `line ${n}`));
  }
  const ours = carol.complaints.filter((complaint) => !complaint.includes('net::ERR'));
  expect(ours).toEqual([]);
  carol.complaints.length = 0;
});

test('what was missed comes though the first questions fail and talk goes on', async ({ newcomer }) => {
  const { alice, carol } = await carolCutOff(newcomer);
  for (let n = 1; n <= 5; n++) await alice.say(`missed ${n}`);
  await expect(alice.talk.locator('.pending')).toHaveCount(0);
  let refused = 0;
  await carol.page.route('**/api/sync', async (route) => {
    if (refused++ >= 2) return route.continue();
    await alice.say(`live ${refused}`);
    await route.fulfill({ status: 503, body: '{"code":"busy","message":"as told"}' });
  });
  await carol.context.setOffline(false);
  for (const line of ['missed 1', 'missed 5', 'live 1', 'live 2']) {
    await expect(carol.talk.getByText(line, { exact: true })).toHaveCount(1);
  }
  await expect.poll(() => refused).toBeGreaterThanOrEqual(3);
  carol.complaints.length = 0;
});

test('older messages come by scrolling up, and the place is kept', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('The Garden Gate');
  await alice.alive();
  const room = alice.page.url().split('/rooms/')[1];
  await alice.page.evaluate(async (channel) => {
    for (let n = 0; n < 70; n++) {
      const body = JSON.stringify({ channel, client_key: crypto.randomUUID(), body: `seed ${n}` });
      await fetch('/api/messages/post', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
  }, room);
  await alice.page.reload();
  await alice.alive();
  await expect(alice.talk.getByText('seed 69', { exact: true })).toBeInViewport();
  await expect(alice.talk.getByText('seed 10', { exact: true })).toHaveCount(0);
  await alice.talk.hover();
  // One step up brings one page, and what is read stays where it is; so it does when somebody speaks.
  const place = (text: string) =>
    alice.talk.getByText(text, { exact: true }).evaluate((line) => line.getBoundingClientRect().top);
  const before = await alice.talk.evaluate((talk) => {
    talk.scrollTo(0, -(talk.scrollHeight - talk.clientHeight - 300));
    const line = [...talk.querySelectorAll('.text')].find((text) => text.textContent?.trim() === 'seed 30');
    return line!.getBoundingClientRect().top;
  });
  await expect(alice.talk.getByText('seed 10', { exact: true })).toHaveCount(1);
  expect(Math.abs((await place('seed 30')) - before)).toBeLessThan(3);
  await alice.page.evaluate(async (channel) => {
    const body = JSON.stringify({ channel, client_key: crypto.randomUUID(), body: 'one more' });
    await fetch('/api/messages/post', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }, room);
  await expect(alice.talk.getByText('one more', { exact: true })).toHaveCount(1);
  await expect.poll(async () => Math.abs((await place('seed 30')) - before)).toBeLessThan(3);
  await expect(async () => {
    await alice.page.mouse.wheel(0, -1200);
    await expect(alice.talk.getByText('seed 0', { exact: true })).toBeVisible({ timeout: 500 });
  }).toPass();
  await alice.page.getByRole('link', { name: 'To the latest' }).click();
  await expect(alice.talk.getByText('seed 69', { exact: true })).toBeInViewport();
});

test('from room to room by the list of places, and back', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('Night Studio');
  await alice.alive();
  const places = alice.page.getByRole('navigation', { name: 'Places' });
  for (const room of ['Lobby', 'Night Studio', 'Lobby']) {
    await places.getByRole('link', { name: room }).click();
    await expect(alice.page.getByRole('heading', { level: 1, name: room })).toBeVisible();
    await expect(alice.page).toHaveTitle(new RegExp(`^(\\(\\d+\\) )?${room} · The Gathering$`));
    await alice.say(`now in ${room}`);
    await expect(alice.talk.getByText(`now in ${room}`).first()).toBeVisible();
    await expect(alice.talk.locator('.pending')).toHaveCount(0);
  }
  await expect(alice.talk.getByText('now in Lobby')).toHaveCount(2);
  await expect(alice.talk.getByText('now in Night Studio')).toHaveCount(0);
});

test('a session that ends elsewhere leads to the door', async ({ newcomer }) => {
  const one = await (await newcomer()).register('Dora');
  const other = await (await newcomer()).logIn('Dora', 'correct horse');
  await one.enter('The Long Table');
  await one.alive();
  await other.page.goto('/me');
  await other.page.getByRole('button', { name: 'Log out everywhere' }).click();
  await one.page.waitForURL('**/login');
  one.complaints.length = 0;
});

test('a draft survives a reload, Shift and Enter breaks the line', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('Lobby');
  await alice.alive();
  await alice.composer.pressSequentially('first');
  await alice.composer.press('Shift+Enter');
  await alice.composer.pressSequentially('second');
  await alice.page.reload();
  await alice.alive();
  await expect(alice.composer).toHaveValue('first\nsecond');
  await alice.composer.press('Enter');
  await expect(alice.talk.locator('.text', { hasText: 'first' }).locator('br')).toHaveCount(1);
  await expect(alice.composer).toHaveValue('');
});
