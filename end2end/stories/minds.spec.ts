import { expect, test, type Visitor } from '../house';

/** Calls an endpoint in somebody's name. */
function call(visitor: Visitor, endpoint: string, body: unknown) {
  return visitor.page.evaluate(
    async ([endpoint, body]) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`/api/${endpoint}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return answer.json();
    },
    [endpoint, body] as const,
  );
}

/** An AI in a room of one's own, awake. */
async function bringIn(keeper: Visitor, room: string, name: string, manners: Record<string, unknown>): Promise<string> {
  const mind = await call(keeper, 'minds/create', { template: 'companion', name });
  const base = { system_prompt: 'You like to talk.', temperature: 1, max_tokens: 100, strategy_chat: 'silent', cooldown_s: 0 };
  await call(keeper, 'minds/edit', { mind, name, ...base, ...manners });
  await call(keeper, 'minds/wake', { mind, awake: true });
  await call(keeper, 'minds/place', { mind, room, inside: true });
  return mind;
}

async function inTheLobby(newcomer: () => Promise<Visitor>): Promise<Visitor> {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('Lobby');
  await alice.alive();
  return alice;
}

test('a provider that is gone leaves a quiet line, and one can ask again', async ({ newcomer, stub }) => {
  test.setTimeout(120_000);
  const alice = await inTheLobby(newcomer);
  const article = (text: string) => alice.talk.locator('article[data-seq]').filter({ hasText: text });
  for (let n = 0; n < 3; n++) await stub.says({ status: 500 });
  await alice.say('@Mira, is anybody there?');
  await expect(alice.talk.getByText('Mira could not answer')).toBeVisible({ timeout: 30_000 });
  await expect(alice.talk.locator('.breathing')).toHaveCount(0);

  const answer = 'Here, after all, with mud on my boots.';
  await stub.says({ text: answer });
  await article('is anybody there?').hover();
  await article('is anybody there?').getByRole('button', { name: 'Ask again' }).click();
  await expect(article(answer)).toHaveCount(1, { timeout: 30_000 });

  // An answer to an AI calls it, unless one thinks better of it.
  await expect(async () => {
    // Its line is drawn anew when others have considered it: the pointer comes again.
    await alice.page.mouse.move(0, 0);
    await article(answer).hover();
    await article(answer).getByRole('button', { name: 'Reply' }).click({ timeout: 1_000 });
  }).toPass();
  await expect(alice.composer).toHaveValue('@Mira ');
  await alice.composer.press('Escape');
  await expect(alice.composer).toHaveValue('');
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
  // What failed in another story is left alone for some seconds first.
  await stub.asked('how does one grow thyme');
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
  await expect(alice.talk.getByText('asked for another answer')).toBeHidden();

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
  const room = await call(keeper, 'rooms/create', { name: 'The Two Lamps', description: '', capacity: 10 });
  const minds: string[] = [];
  for (const name of ['Castor', 'Pollux']) {
    minds.push(await bringIn(keeper, room, name, { strategy_room: 'active', talkativeness: 1 }));
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
  for (const mind of minds) await call(keeper, 'minds/wake', { mind, awake: false });
});

test('an AI whose tokens are used up says so once, is silent, and says goodbye when it is asked to', async ({ newcomer, stub }) => {
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const room = await call(keeper, 'rooms/create', { name: 'The Last Embers', description: '', capacity: 10 });
  const tired = 'I am only embers now. Come back tomorrow.';
  const purse = { daily_tokens: 700, tired_line: tired };
  const mind = await bringIn(keeper, room, 'Ember', { strategy_room: 'mention_only', talkativeness: 0, ...purse });
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('The Last Embers');
  await alice.alive();
  await stub.says({ text: 'crackle '.repeat(450) });
  await alice.say('@Ember burn');
  await expect(alice.talk.locator('article[data-seq] .text', { hasText: 'crackle crackle' })).toHaveCount(1);
  await alice.say('@Ember once more');
  await expect(alice.talk.locator('.text', { hasText: tired })).toHaveCount(1);
  await alice.say('@Ember please');
  const last = alice.talk.locator('article[data-seq]').filter({ has: alice.page.locator('.text', { hasText: 'please' }) });
  await last.getByText('1 considered this').click();
  await expect(last.locator('.why p')).toContainText('Ember is tired');
  await expect(alice.talk.locator('.text', { hasText: tired })).toHaveCount(1);

  // Its goodbye is a last line, then it is gone from here.
  await stub.says({ text: 'The ashes are warm. Farewell.' });
  await keeper.page.goto(`/studio/${mind}`);
  await keeper.page.getByRole('button', { name: 'Say goodbye', exact: true }).click();
  await keeper.page.getByRole('button', { name: 'Say goodbye now' }).click();
  await expect(alice.talk.locator('.text', { hasText: 'Farewell' })).toHaveCount(1);
  await expect(alice.page.locator('#here .person-name', { hasText: 'Ember' })).toHaveCount(0);
  await expect(keeper.page.getByRole('button', { name: 'Wake it' })).toBeVisible();
});
