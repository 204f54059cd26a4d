import { expect, test } from '../house';

test('what was said in one place is recalled in another, until it is to be forgotten', async ({ newcomer, stub }) => {
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  const { page } = alice;
  await alice.enter('The Long Table');
  await alice.alive();
  await alice.say('The lantern of the ferry hangs under the seventh stair.');
  await alice.say('And the ferry itself is moored at the willow.');

  const asked = async () => ((await (await fetch(`${stub.url}/requests`)).json()) as object[]).at(-1);
  await page.goto('/new');
  await page.getByRole('checkbox', { name: 'Silas' }).check();
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  await alice.alive();
  let times = 0;
  const ask = async () => {
    const answer = `I heard you, for the ${++times}. time.`;
    await stub.says({ text: answer });
    await alice.say('under which stair does the lantern of the ferry hang?');
    await expect(alice.talk.getByText(answer)).toBeVisible();
    return JSON.stringify(await asked());
  };
  // What was said is indexed behind the posting path: at first it may not be found yet.
  await expect(async () => expect(await ask()).toContain('What you remember of earlier talk')).toPass({ timeout: 40_000 });
  await alice.talk.locator('.why summary').last().click();
  await expect(alice.talk.locator('.why .quote').filter({ hasText: 'seventh stair' }).first()).toBeVisible();

  await page.goto('/me');
  await page.getByRole('link', { name: 'See what AIs remember of you' }).click();
  const silas = page.locator('section.card').filter({ has: page.getByRole('heading', { name: 'Silas' }) });
  await expect(silas).toContainText('You first met: Today');
  await expect(silas.getByRole('link', { name: 'in the room “The Long Table”' })).toBeVisible();
  await silas.getByText('Forget, or do not remember').click();
  await page.screenshot({ path: 'results/looks/memories.png', fullPage: true });
  await silas.getByLabel('What was said').selectOption('in the room “The Long Table”');
  await silas.getByRole('button', { name: 'Have it forgotten' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'What they remember of me' })).toBeVisible();

  await page.getByRole('link', { name: 'in private' }).first().click();
  await alice.alive();
  expect(await ask()).not.toContain('seventh stair');

  // Not to be remembered at all, and again.
  await page.goto('/me/memories');
  const all = page.locator('section.card').filter({ has: page.getByRole('heading', { name: 'All AIs' }) });
  await all.getByText('Forget, or do not remember').click();
  await all.getByRole('button', { name: 'Do not remember me' }).click();
  await expect(page.getByText('No AI remembers you').first()).toBeVisible();
  await all.getByText('Forget, or do not remember').click();
  await all.getByRole('button', { name: 'Remember me again' }).click();
  await expect(page.getByText('No AI remembers you')).toHaveCount(0);
  expect(alice.complaints).toEqual([]);
});
