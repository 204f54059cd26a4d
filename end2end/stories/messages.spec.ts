import { expect, test, type Visitor } from '../house';

/** The article that says something. */
const saying = (visitor: Visitor, text: string) => visitor.talk.locator('article[data-seq]').filter({ has: visitor.page.locator('.text', { hasText: text }) }).last();

/** One of the quiet actions of a message. */
async function act(visitor: Visitor, text: string, action: string) {
  const message = saying(visitor, text);
  await message.hover();
  await message.locator('.actions').getByRole('button', { name: action }).click();
}

test('what is answered, edited, reacted to and deleted is seen by others at once', async ({ newcomer }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  for (const one of [alice, carol, keeper]) {
    await one.enter('Lobby');
    await one.alive();
  }
  await alice.say('the first wrod');
  await keeper.say('something in between');
  await expect(carol.talk.getByText('something in between')).toBeVisible();

  await act(carol, 'the first wrod', 'Reply');
  await expect(carol.page.getByText('Replying to alice')).toBeVisible();
  await carol.say('you mean word');
  const quote = saying(keeper, 'you mean word').locator('.quote');
  await expect(quote).toContainText('the first wrod');

  // An empty field and the arrow up: the last thing one has said.
  await alice.composer.press('ArrowUp');
  await expect(alice.composer).toHaveValue('the first wrod');
  await alice.say('the first word');
  await expect(saying(keeper, 'the first word')).toContainText('edited');
  await expect(quote).toContainText('the first word');
  await expect(saying(alice, 'the first word').first()).toBeVisible();

  await act(carol, 'something in between', 'React');
  await carol.page.locator('#emoji').getByRole('button', { name: '🔥' }).click();
  const fire = saying(alice, 'something in between').getByRole('button', { name: '🔥' });
  await expect(fire).toHaveText('🔥 1');
  await fire.click();
  await expect(saying(carol, 'something in between').getByRole('button', { name: '🔥' })).toHaveText('🔥 2');
  await saying(carol, 'something in between').getByRole('button', { name: '🔥' }).click();
  await expect(fire).toHaveText('🔥 1');

  // An admin deletes with a reason that everybody can read.
  const message = saying(keeper, 'you mean word');
  await message.hover();
  await message.locator('.actions').getByRole('link', { name: 'More' }).click();
  await keeper.page.getByLabel('Why').fill('too pedantic');
  await keeper.page.getByRole('button', { name: 'Delete' }).click();
  await expect(carol.talk.getByText('Deleted by Keeper: too pedantic')).toBeVisible();
  await expect(alice.talk.getByText('you mean word')).toHaveCount(0);
  await expect(keeper.talk.getByText('Deleted by Keeper: too pedantic')).toBeVisible();
});

test('a link opens at its message, and what one marks stays unread', async ({ newcomer, house }) => {
  const alice = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  await alice.enter('Lobby');
  await alice.alive();
  const room = new URL(alice.page.url()).pathname.split('/')[2];
  const post = (body: string) =>
    alice.page.evaluate(
      ([channel, body]) =>
        fetch('/api/messages/post', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ channel, body, client_key: crypto.randomUUID() }),
        }).then((answer) => answer.json()),
      [room, body],
    );
  const marked = await post('the one to find again');
  for (let n = 0; n < 70; n++) await post(`after it ${n}`);
  // With what stands around it, and not with everything: the page as it is sent, before it reads on by itself.
  const page = await (await alice.page.request.get(`/rooms/${room}?at=${marked.seq}`)).text();
  expect(page).toContain('<p>the one to find again');
  expect(page).not.toContain('<p>after it 69');
  await alice.page.goto(`/rooms/${room}?at=${marked.seq}#m${marked.seq}`);
  await expect(saying(alice, 'the one to find again')).toBeInViewport();
  await alice.alive();
  // Reading on loads what came after, to the end.
  await expect(async () => {
    await alice.talk.evaluate((talk) => talk.scrollTo(0, 0));
    await expect(alice.talk.getByText('after it 69')).toHaveCount(1, { timeout: 1000 });
  }).toPass();

  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  await carol.enter('Lobby');
  await carol.alive();
  const message = saying(carol, 'after it 60');
  await message.scrollIntoViewIfNeeded();
  await message.hover();
  await message.locator('.actions').getByRole('link', { name: 'More' }).click();
  await expect(carol.page.locator('#link')).toHaveValue(new RegExp(`^${house.url}/rooms/${room}\\?at=`));
  await carol.page.getByRole('button', { name: 'Unread from here' }).click();
  await expect(carol.page.locator('.room-card').filter({ hasText: 'Lobby' }).locator('.unread')).toHaveText('10 new');
  await carol.enter('Lobby');
  await expect(carol.talk.locator('.day.new')).toBeVisible();
  const next = await carol.talk.locator('.day.new + article').textContent();
  expect(next).toContain('after it 60');
});

test('names are called with the keys alone, and messages reached by arrows', async ({ newcomer, stub }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await alice.enter('Lobby');
  await alice.alive();
  await alice.composer.pressSequentially('@si');
  await expect(alice.page.getByRole('option', { name: 'Silas' })).toBeVisible();
  await alice.composer.press('Enter');
  await expect(alice.composer).toHaveValue('@Silas ');
  // In the middle of a sentence, too: the caret goes on behind the name.
  await alice.composer.fill('so  said it');
  for (let at = 0; at < 8; at++) await alice.composer.press('ArrowLeft');
  await alice.composer.pressSequentially('@lu');
  await alice.page.getByRole('option', { name: 'Luna' }).click();
  await alice.composer.pressSequentially('has ');
  await expect(alice.composer).toHaveValue('so @Luna has said it');
  await alice.composer.fill('@Silas ');
  await alice.composer.press('End');
  await stub.says({ text: 'You called.' });
  await alice.composer.pressSequentially('are you there');
  await alice.composer.press('Enter');
  await expect(alice.talk.getByText('You called.')).toBeVisible();

  await alice.talk.focus();
  await alice.page.keyboard.press('ArrowUp');
  await alice.page.keyboard.press('ArrowUp');
  await expect(saying(alice, 'are you there')).toBeFocused();
  // Past what stands in the message, to what one may do with it.
  const reply = saying(alice, 'are you there').getByRole('button', { name: 'Reply' });
  const focused = () => reply.evaluate((button) => button === document.activeElement);
  for (let steps = 0; steps < 6 && !(await focused()); steps++) await alice.page.keyboard.press('Tab');
  await alice.page.keyboard.press('Enter');
  await expect(alice.composer).toBeFocused();
  await expect(alice.page.getByText('Replying to alice')).toBeVisible();
  await alice.composer.press('Escape');
  await expect(alice.page.getByText('Replying to alice')).toHaveCount(0);
});

test('what is off the record says so, is answered where one asks, and is not told to other answers', async ({ newcomer, stub }) => {
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  for (const one of [keeper, alice]) {
    await one.enter('The Garden Gate');
    await one.alive();
  }
  const asked = async () => ((await (await fetch(`${stub.url}/requests`)).json()) as { messages: { content: string }[] }[]).at(-1)!;
  await alice.page.getByLabel('Off the record').check();
  await stub.says({ text: 'Then it stays between us.' });
  await alice.say('@Mira the spare key is under the third pot');
  const answer = saying(keeper, 'Then it stays between us.');
  await expect(answer.locator('.marks')).toHaveText('off the record');
  await expect(saying(keeper, 'under the third pot').locator('.marks')).toHaveText('off the record');
  await alice.page.getByLabel('Off the record').uncheck();
  await stub.says({ text: 'I could not say.' });
  await alice.say('@Mira where would you look for a key?');
  await expect(saying(keeper, 'I could not say.')).toBeVisible();
  await expect(saying(keeper, 'I could not say.').locator('.marks')).toHaveCount(0);
  expect(JSON.stringify(await asked())).not.toContain('third pot');

  // One's own message goes off the record later, with what was answered to it.
  await saying(alice, 'where would you look').hover();
  await saying(alice, 'where would you look').locator('.actions').getByRole('link', { name: 'More' }).click();
  await alice.page.getByRole('button', { name: 'Take it off the record', exact: true }).click();
  await expect(saying(keeper, 'I could not say.').locator('.marks')).toHaveText('off the record');

  // And the room as a whole, from a moment on.
  await keeper.page.getByRole('link', { name: 'Settings' }).click();
  await keeper.page.getByRole('button', { name: 'Take it off the record' }).click();
  await expect(keeper.talk.getByText('took what is said here from now on off the record.')).toBeVisible();
  await expect(alice.page.getByLabel('Off the record: AIs remember nothing')).toBeDisabled();
  await alice.alive();
  await alice.say('nobody will know');
  await expect(saying(keeper, 'nobody will know').locator('.marks')).toHaveText('off the record');
  await keeper.page.getByRole('link', { name: 'Settings' }).click();
  await keeper.page.getByRole('button', { name: 'Put it back on the record' }).click();
  await expect(alice.page.getByLabel('Off the record', { exact: true })).toBeEnabled();
});
