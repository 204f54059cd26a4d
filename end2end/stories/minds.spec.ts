import { expect, test, type Visitor } from '../house';

async function inTheLobby(newcomer: () => Promise<Visitor>): Promise<Visitor> {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('Lobby');
  await alice.alive();
  return alice;
}

test('a provider that is gone leaves a quiet line', async ({ newcomer, stub }) => {
  const alice = await inTheLobby(newcomer);
  for (let n = 0; n < 3; n++) await stub.says({ status: 500 });
  await alice.say('@Mira?');
  await expect(alice.talk.getByText('Mira could not answer')).toBeVisible({ timeout: 30_000 });
  await expect(alice.talk.locator('.breathing')).toHaveCount(0);
});

test('a slow provider shows that somebody thinks, and talk goes on meanwhile', async ({ newcomer, stub }) => {
  const alice = await inTheLobby(newcomer);
  const answer = 'Slowly, like a snail on a fern.';
  await stub.says({ text: answer, hold: 'request' });
  await alice.say('@Mira, how does one grow thyme?');
  await expect(alice.talk.locator('.breathing')).toHaveText(/Mira.*is thinking/s);
  await alice.say('no hurry');
  await expect(alice.talk.locator('.pending')).toHaveCount(0);
  await expect(alice.talk.getByText('no hurry')).toHaveCount(1);
  await stub.release();
  await expect(alice.talk.locator('.text').filter({ hasText: answer })).toHaveCount(1);
  await expect(alice.talk.locator('.breathing')).toHaveCount(0);
});

test('a provider that is cut off in the middle begins again and answers once', async ({ newcomer, stub }) => {
  const alice = await inTheLobby(newcomer);
  const answer = 'The second time it came out whole, and so it stays.';
  await stub.says({ text: 'This one breaks before it can say what it', fault: 'drop' });
  await stub.says({ text: answer });
  await alice.say('@Silas, do things ever break?');
  await expect(alice.talk.locator('.text').filter({ hasText: answer })).toHaveCount(1, { timeout: 30_000 });
  await expect(alice.talk.getByText('This one breaks')).toHaveCount(0);
  await expect(alice.talk.locator('.breathing')).toHaveCount(0);
});

test('why an AI spoke can be read under its answer', async ({ newcomer, stub }) => {
  const alice = await inTheLobby(newcomer);
  const answer = 'Because somebody called, and I was awake.';
  await stub.says({ text: answer });
  await alice.say('@Luna why do you speak?');
  const reply = alice.talk.locator('article').filter({ hasText: answer });
  await expect(reply).toHaveCount(1);
  await reply.getByText('Why', { exact: true }).click();
  await expect(reply.locator('.why p')).toHaveText(/Luna/);
  // Under the question, too, as soon as somebody has considered it.
  const question = alice.talk.locator('article').filter({ hasText: 'why do you speak?' });
  await question.getByText('1 considered this').click();
  await expect(question.locator('.why p')).toHaveText(/Luna was called by name/);
  await alice.page.reload();
  await expect(question.getByText('1 considered this')).toBeVisible();
});
