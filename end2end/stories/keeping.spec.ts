import { expect, test, type Visitor } from '../house';

/** The message that says something. */
const saying = (visitor: Visitor, text: string) => visitor.talk.locator('article[data-seq]').filter({ hasText: text }).last();

/** A room of its own with so many messages, and where it is. */
async function longTalk(keeper: Visitor, name: string, messages: number): Promise<string> {
  await keeper.page.goto('/rooms');
  await keeper.page.getByRole('link', { name: 'New room' }).click();
  await keeper.page.getByLabel('Name').fill(name);
  await keeper.page.getByRole('button', { name: 'Save' }).click();
  await expect(keeper.composer).toBeVisible();
  const path = new URL(keeper.page.url()).pathname;
  await keeper.page.evaluate(
    async ([channel, messages]) => {
      for (let n = 1; n <= Number(messages); n++) {
        const body = JSON.stringify({ channel, body: `step ${n} of it`, client_key: crypto.randomUUID() });
        await fetch('/api/messages/post', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      }
    },
    [path.split('/')[2], messages],
  );
  return path;
}

test('a draft is kept while one changes a message, and the emoji stays with the message it was opened for', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  for (const one of [alice, carol]) {
    await one.enter('Lobby');
    await one.alive();
  }
  await alice.say('what I said myself');
  await carol.say('what carol said');
  await expect(saying(alice, 'what carol said')).toBeVisible();

  await alice.composer.fill('half a thought');
  // Others go on talking meanwhile.
  await carol.say('and this');
  await expect(saying(alice, 'and this')).toBeVisible();
  await expect(alice.composer).toHaveValue('half a thought');
  await saying(alice, 'what I said myself').hover();
  await alice.talk.getByRole('button', { name: 'Edit' }).click();
  await expect(alice.composer).toHaveValue('what I said myself');
  await alice.say('what I said, mended');
  await expect(saying(carol, 'what I said, mended')).toBeVisible();
  await expect(alice.composer).toHaveValue('half a thought');
  await saying(alice, 'what I said, mended').hover();
  await alice.talk.getByRole('button', { name: 'Edit' }).click();
  await alice.composer.press('Escape');
  await expect(alice.composer).toHaveValue('half a thought');
  await alice.composer.fill('');

  await saying(alice, 'what I said, mended').hover();
  await alice.talk.getByRole('button', { name: 'React' }).click();
  await saying(alice, 'what carol said').hover({ force: true, position: { x: 5, y: 5 } });
  await alice.page.locator('#emoji').getByRole('button', { name: '🔥' }).click();
  await expect(saying(carol, 'what I said, mended').getByRole('button', { name: '🔥' })).toHaveText('🔥 1');
  await expect(saying(carol, 'what carol said').getByRole('button', { name: '🔥' })).toHaveCount(0);
});

test('a tab that nobody looks at counts in its title, and is read when it is looked at', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  for (const one of [alice, carol]) {
    await one.enter('Lobby');
    await one.alive();
  }
  const look = (visible: boolean) =>
    alice.page.evaluate((visible) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (visible ? 'visible' : 'hidden') });
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, visible);
  await look(false);
  await carol.say('while you were out');
  await carol.say('and once more');
  await expect(alice.page).toHaveTitle(/^\(2\) Lobby/);
  await look(true);
  await expect(alice.page).toHaveTitle(/^Lobby/);
  await expect(alice.talk.locator('.day.new')).toHaveCount(1);
  await expect(saying(alice, 'while you were out').locator('xpath=preceding-sibling::*[1]')).toHaveClass(/new/);
});

test('a second tab reads on from the past to the end, and goes to the latest at once', async ({ newcomer }) => {
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const path = await longTalk(keeper, 'The Long Way', 160);
  await keeper.alive();
  const tab = await keeper.context.newPage();
  keeper.watch(tab);
  const talk = tab.getByRole('log');
  const opened = async () => {
    await tab.goto(`${path}?at=1#m1`);
    await tab.waitForFunction(() => document.documentElement.dataset.alive === 'yes');
    await expect(talk.getByText('step 1 of it', { exact: true })).toBeVisible();
  };
  await opened();
  await tab.getByRole('link', { name: 'To the latest' }).click();
  await expect(talk.getByText('step 160 of it')).toBeInViewport();
  await expect(tab.getByRole('link', { name: 'To the latest' })).toHaveCount(0);

  await opened();
  await talk.hover();
  const last = talk.getByText('step 160 of it');
  for (let turns = 0; turns < 200 && !((await last.count()) && (await last.isVisible())); turns++) await tab.mouse.wheel(0, 600);
  await expect(last).toHaveCount(1);
  // Nothing was left out on the way.
  const steps = await talk.locator('article[data-seq]').evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset.seq)));
  expect(steps).toEqual(Array.from({ length: 160 }, (_, n) => n + 1));
});
