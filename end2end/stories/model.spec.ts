import { expect, House, test, Visitor } from '../house';

test('with nothing configured the local model answers, and the room says what it is', async ({ browser }) => {
  const house = await House.open({ MODEL_FILE: process.env.MODEL_FILE! });
  try {
    const alice = await (await Visitor.arrive(browser, house)).logIn('alice@test.com', 'alice123');
    await alice.enter('Lobby');
    await alice.alive();
    await expect(alice.page.getByText('a very small model on this machine')).toBeVisible();
    const before = await alice.talk.locator('article.message').count();
    await alice.say('@Silas good evening, how are you?');
    await expect(alice.talk.locator('.growing')).toHaveText(/\w/, { timeout: 30_000 });
    await expect(alice.talk.locator('.breathing')).toHaveCount(0, { timeout: 60_000 });
    await expect(alice.talk.locator('article.message')).toHaveCount(before + 2);
    expect((await alice.talk.locator('article.message').last().locator('.text').innerText()).trim()).not.toBe('');
    expect(alice.complaints).toEqual([]);
  } finally {
    await house.close();
  }
});
