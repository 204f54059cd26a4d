import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, House, Stub, test, Visitor } from '../house';

/** Asks the house's database. */
const psql = (house: House, statement: string): string =>
  execFileSync(join(process.env.PG_BIN!, 'psql'), ['-h', join(house.data, 'run'), '-U', 'app', '-d', 'postgres', '-Atc', statement]).toString().trim();

/** A week passes: all that was said lies so much further back. */
function aWeekPasses(house: House): void {
  psql(house, "update messages set created_at = created_at - interval '7 days'");
  psql(house, "update recollections set said_at = said_at - interval '7 days'");
}

test('private words stay private, public ones are known a week later, and what is forgotten is nowhere', async ({ browser }) => {
  test.setTimeout(120_000);
  const stub = await Stub.open();
  const house = await House.open({ OPENAI_BASE_URL: `${stub.url}/v1`, AI_PAUSE_MS: '100' });
  const alice = await (await Visitor.arrive(browser, house)).logIn('alice@test.com', 'alice123');
  const { page } = alice;
  let answers = 0;
  /** Asks, waits for the answer, and tells what the model was shown. */
  const ask = async (question: string): Promise<string> => {
    const answer = `Heard, ${++answers}.`;
    await stub.says({ text: answer });
    await alice.say(question);
    await expect(alice.talk.getByText(answer).first()).toBeVisible();
    const requests = (await (await fetch(`${stub.url}/requests`)).json()) as { response_format?: unknown }[];
    return JSON.stringify(requests.filter((one) => !one.response_format).at(-1));
  };

  // In private: a secret.
  await alice.enter('Lobby');
  await alice.alive();
  const here = page.locator('#here');
  await here.getByText('Silas', { exact: true }).click();
  await here.getByRole('button', { name: 'Talk in private with Silas' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Silas' })).toBeVisible();
  await alice.alive();
  const chat = new URL(page.url()).pathname;
  await ask('The surprise for carol is a kite of blue silk.');
  // In a room: something for everybody.
  await page.goto('/rooms');
  await alice.enter('The Long Table');
  await alice.alive();
  await alice.say('The harvest supper was moved to the old barn.');
  await expect(alice.talk.getByText('moved to the old barn')).toBeVisible();
  const indexed = async () => {
    // What was said is indexed behind the posting path.
    await expect.poll(() => ask('@Silas where was the harvest supper moved to?'), { timeout: 40_000 }).toContain('What you remember');
  };
  await page.goto('/rooms');
  await alice.enter('Lobby');
  await alice.alive();
  await indexed();
  // It stands in its memory, and is not told here.
  const known = () => psql(house, "select count(*) from recollections r join messages m on m.id = r.message_id where m.body like '%blue silk%'");
  await expect.poll(known).toBe('1');
  const shown = await ask('@Silas which surprise of silk is there for carol?');
  expect(shown).not.toContain('blue silk');

  aWeekPasses(house);
  await page.goto(chat);
  await alice.alive();
  const recalled = await ask('Where was the harvest supper moved to?');
  const day = new Date(Date.now() - 7 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  expect(recalled).toContain(`alice (${day}, in the room “The Long Table”): The harvest supper was moved to the old barn.`);
  await alice.talk.locator('.why summary').last().click();
  const source = alice.talk.locator('.why .quote').filter({ hasText: 'old barn' }).first();
  await expect(source).toBeVisible();
  // Forgotten, it is told to nobody.
  await page.goto('/me/memories');
  const silas = page.locator('section.card').filter({ has: page.getByRole('heading', { name: 'Silas' }) });
  await silas.getByText('Forget, or do not remember').click();
  await silas.getByRole('button', { name: 'Have it forgotten' }).click();
  await expect(page.getByText('old barn')).toHaveCount(0);
  await page.goto(chat);
  await alice.alive();
  await alice.talk.locator('.why summary').last().click();
  await expect(alice.talk.locator('.why p').first()).toBeVisible();
  await expect(alice.talk.locator('.why .quote').filter({ hasText: 'old barn' })).toHaveCount(0);
  expect(await ask('Where was the harvest supper moved to?')).not.toContain('moved to the old barn.');
  expect(alice.complaints).toEqual([]);
  await alice.context.close();
  await house.close();
  stub.close();
});
