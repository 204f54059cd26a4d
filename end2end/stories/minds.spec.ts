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

test('an answer is stopped in the middle, and another one asked for', async ({ newcomer, stub }) => {
  const alice = await inTheLobby(newcomer);
  const article = (text: string) =>
    alice.talk.locator('article[data-seq]').filter({ has: alice.page.locator('.text', { hasText: text }) });
  await stub.says({ text: 'The river goes on, and on, and round a bend, '.repeat(40), pace_ms: 100 });
  await alice.say('@Mira, tell me all about rivers');
  const growing = alice.talk.locator('article.breathing');
  await expect(growing).toContainText('round a bend');
  await growing.getByRole('button', { name: 'Stop' }).click();
  await expect(growing).toHaveCount(0);
  // What was seen of it stands, and no more comes.
  const cut = article('The river goes on');
  await expect(cut).toHaveCount(1);
  expect((await cut.textContent())!.length).toBeLessThan(1_000);

  const better = 'Rivers are roads that walk.';
  await stub.says({ text: better });
  await cut.hover();
  await cut.getByRole('button', { name: 'Ask again' }).click();
  await expect(article(better)).toHaveCount(1);
  await expect(cut).toHaveCount(0);
  await expect(alice.talk.getByText('asked for another answer')).toHaveCount(1);

  // The question itself is put otherwise.
  const third = 'In three words: water finds home.';
  await stub.says({ text: third });
  const question = article('tell me all about rivers');
  await question.hover();
  await question.getByRole('button', { name: 'Edit' }).click();
  await alice.composer.fill('@Mira, rivers in three words');
  await alice.page.getByRole('button', { name: 'Save and ask again' }).click();
  await expect(article(third)).toHaveCount(1);
  await expect(article(better)).toHaveCount(0);
  await alice.page.reload();
  await expect(article(third)).toHaveCount(1);
});

test('two AIs and two people: the AIs talk, fall silent, and take up again when somebody speaks', async ({ newcomer, stub }) => {
  test.setTimeout(120_000);
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const call = (endpoint: string, body: unknown) =>
    keeper.page.evaluate(
      async ([endpoint, body]) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`/api/${endpoint}`, { method: 'POST', headers, body: JSON.stringify(body) });
        return answer.json();
      },
      [endpoint, body] as const,
    );
  const room = await call('rooms/create', { name: 'The Two Lamps', description: '', capacity: 10 });
  const minds: string[] = [];
  for (const name of ['Castor', 'Pollux']) {
    const mind = await call('minds/create', { template: 'companion', name });
    minds.push(mind);
    const manners = { strategy_room: 'active', strategy_chat: 'silent', talkativeness: 1, cooldown_s: 0 };
    await call('minds/edit', { mind, name, system_prompt: 'You like to talk.', temperature: 1, max_tokens: 100, ...manners });
    await call('minds/wake', { mind, awake: true });
    await call('minds/place', { mind, room, inside: true });
  }
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  for (const one of [alice, carol]) {
    await one.enter('The Two Lamps');
    await one.alive();
  }
  const lines = ['Thyme grows by the gate now.', 'And mint behind the well, I hear.', 'Somebody ought to water the roses tonight.'];
  for (const text of lines) await stub.says({ text });
  await alice.say('What grows in the garden this year?');
  const by = (visitor: Visitor) => visitor.talk.locator('article[data-seq]').filter({ has: visitor.page.locator('.wisp') });
  for (const one of [alice, carol]) for (const text of lines) await expect(one.talk.getByText(text)).toHaveCount(1, { timeout: 30_000 });
  // With no human between them they stop, each says why, and nobody asks the provider.
  const last = alice.talk.locator('article[data-seq]').filter({ hasText: lines[2] });
  await last.getByText('1 considered this').click();
  await expect(last.locator('.why p')).toContainText('leaves the word to people');
  await alice.page.waitForTimeout(4_000);
  await expect(by(alice)).toHaveCount(3);
  // A person speaks, and they take part again.
  const again = 'The moon does the watering, Carol.';
  await stub.says({ text: again });
  await carol.say('Who waters them when it rains?');
  for (const one of [alice, carol]) await expect(one.talk.getByText(again)).toHaveCount(1, { timeout: 30_000 });
  // The other stories have the provider to themselves.
  for (const mind of minds) await call('minds/wake', { mind, awake: false });
});
