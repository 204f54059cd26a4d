import { expect, House, test, Visitor } from '../house';

test('with nothing configured the local model answers, and the room says what it is', async ({ browser }) => {
  const house = await House.open({ MODEL_FILE: process.env.MODEL_FILE! });
  try {
    const alice = await (await Visitor.arrive(browser, house)).logIn('alice@test.com', 'alice123');
    await alice.enter('Lobby');
    await alice.alive();
    await expect(alice.page.getByText('a very small model on this machine')).toBeVisible();
    const answers = alice.talk.locator('article[data-seq]').filter({ has: alice.page.locator('.author', { hasText: 'Silas' }) });
    const before = await answers.count();
    await alice.say('@Silas good evening, how are you?');
    await expect(alice.talk.locator('.growing')).toHaveText(/\w/, { timeout: 30_000 });
    await expect(alice.talk.locator('.breathing')).toHaveCount(0, { timeout: 60_000 });
    // So small a model may call one of the others by name, who then answers, too.
    await expect.poll(() => answers.count()).toBeGreaterThan(before);
    expect((await answers.last().locator('.text').innerText()).trim()).not.toBe('');
    expect(alice.complaints).toEqual([]);
  } finally {
    await house.close();
  }
});
