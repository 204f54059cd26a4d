import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../house';

const SIZES = { desk: { width: 1280, height: 800 }, tablet: { width: 820, height: 1180 }, phone: { width: 320, height: 640 } };

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`every page holds up on a ${size}, ${colorScheme}`, async ({ newcomer, stub }) => {
      test.setTimeout(150_000);
      const guest = await newcomer({ viewport, colorScheme, reducedMotion: 'reduce' });
      let page = guest.page;
      const look = async (name: string) => {
        await page.screenshot({ path: `results/looks/${name}-${size}-${colorScheme}.png` });
        const found = await new AxeBuilder({ page }).analyze();
        expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, 'nothing scrolls sideways').toBeLessThanOrEqual(0);
      };
      await guest.page.goto('/');
      await look('welcome');
      await guest.page.goto('/register');
      await look('register');
      await guest.page.goto('/login');
      await look('login');
      await guest.logIn('carol@test.com', 'carol123');
      await look('rooms');
      await guest.page.goto('/new?letters=a');
      await look('begin');
      await guest.page.getByRole('checkbox').first().check();
      await guest.page.getByRole('checkbox').nth(1).check();
      await guest.page.getByRole('button', { name: 'Begin' }).click();
      await guest.alive();
      await look('circle');
      await guest.page.getByRole('link', { name: 'Settings' }).click();
      await look('circle-settings');
      await guest.page.goto('/rooms');
      await guest.enter('Lobby');
      await guest.alive();
      await look('lobby');
      if (size !== 'desk') {
        await guest.page.getByRole('button', { name: 'Here', exact: true }).click();
        await expect(guest.page.locator('#here .person-name', { hasText: 'Silas' })).toBeVisible();
        await look('here');
        await guest.page.locator('#here').getByRole('button', { name: 'Close' }).click();
        await expect(guest.page.locator('#here')).toBeHidden();
      }
      const silas = await guest.page.locator('#here a', { hasText: 'More' }).first().getAttribute('href');
      const leave = guest.page.getByRole('button', { name: 'Leave', exact: true });
      expect((await leave.boundingBox())!.height, 'a button is one line').toBeLessThan(48);
      await leave.click();
      await look('leave');
      await guest.page.goto(new URL(guest.page.url()).pathname + '/messages/1');
      await look('message');
      await guest.page.goto(silas!);
      await look('person');
      const keeper = await newcomer({ viewport, colorScheme, reducedMotion: 'reduce' });
      page = (await keeper.logIn('testadmin@thegathering.com', 'adminpass')).page;
      await look('rooms-admin');
      await page.goto('/admin');
      await look('admin');
      await page.getByRole('link', { name: 'The studio' }).click();
      await look('studio');
      await page.getByRole('link', { name: 'Silas' }).click();
      await page.getByText('Model, and how it chooses its words').click();
      await look('mind');
      await page.getByRole('link', { name: 'Documents that it knows' }).click();
      await look('knowledge');
      const provider = { name: 'Ollama', base_url: `${stub.url}/v1`, model: 'stub', key: 'sk-sesame' };
      await page.request.post('/api/providers/add', { data: provider, headers: { 'sec-fetch-site': 'none' } });
      await page.goto('/providers');
      await page.getByText('Change it').click();
      await page.getByText('Another provider').click();
      await look('providers');
      await page.goto('/usage');
      await look('usage');
      await page.goto('/me');
      await look('me');
      await page.goto('/me/memories');
      await look('me-memories');
      await page.goto('/rooms/new');
      await look('new');
      await page.goto('/rooms');
      await page.getByRole('link', { name: 'The Long Table' }).click();
      await expect(page.getByRole('button', { name: 'Join' })).toBeVisible();
      await look('outside');
      await page.getByRole('link', { name: 'Settings' }).click();
      await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeVisible();
      await look('edit');
      await page.goto('/nowhere');
      await look('nowhere');
      // The browser itself notes that a page was not found.
      expect(keeper.complaints.splice(0)).toHaveLength(1);
    });
  }
}

test('the page and the living page are the same', async ({ newcomer }) => {
  const still = await newcomer({ javaScriptEnabled: false, timezoneId: 'UTC' });
  const alive = await newcomer({ timezoneId: 'UTC' });
  for (const one of [still, alive]) {
    await one.logIn('carol@test.com', 'carol123');
    await one.enter('Lobby');
  }
  await alive.alive();
  // What can only work with a script is not shown without one.
  const text = (visitor: typeof still) =>
    visitor.talk.locator('.lines').evaluate((lines) => {
      const shown = lines.cloneNode(true) as HTMLElement;
      shown.querySelectorAll('.by-script').forEach((part) => part.remove());
      return shown.textContent;
    });
  expect(await text(alive)).toBe(await text(still));
});

test('without a script one registers, joins, posts and reads', async ({ newcomer }) => {
  const eve = await newcomer({ javaScriptEnabled: false });
  await eve.page.goto('/register');
  await eve.page.getByLabel('Name').fill('alice');
  await eve.page.getByLabel('E-mail').fill('eve@example.org');
  await eve.page.getByLabel('Password').fill('correct horse');
  await eve.page.getByRole('button', { name: 'Register' }).click();
  await expect(eve.page.getByText('This name is taken')).toBeVisible();
  await expect(eve.page.getByLabel('E-mail')).toHaveValue('eve@example.org');
  await eve.page.getByLabel('Name').fill('Eve');
  await eve.page.getByLabel('Password').fill('correct horse');
  await eve.page.getByRole('button', { name: 'Register' }).click();
  await eve.enter('The Long Table');
  await eve.composer.fill('by hand');
  await eve.page.getByRole('button', { name: 'Send' }).click();
  await expect(eve.talk.getByText('by hand')).toBeVisible();
  // What one said oneself is not new to one.
  await eve.page.goto('/rooms');
  await expect(eve.page.getByText(/\d new$/)).toHaveCount(0);
  await eve.page.getByRole('button', { name: 'Log out' }).click();
  await expect(eve.page.getByRole('link', { name: 'Come in' })).toBeVisible();
});

test('the theme is switched and stays', async ({ newcomer }) => {
  const guest = await newcomer({ colorScheme: 'dark' });
  await guest.page.goto('/');
  const ground = () => guest.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await ground()).toBe('rgb(13, 21, 18)');
  await expect(async () => {
    await guest.page.getByRole('button', { name: 'Light or dark' }).click();
    expect(await ground()).toBe('rgb(246, 244, 236)');
  }).toPass();
  await guest.page.reload();
  expect(await ground()).toBe('rgb(246, 244, 236)');
});

test('a room that is archived while one types refuses, and gives the words back', async ({ newcomer }) => {
  const keeper = await (await newcomer()).logIn('testadmin@thegathering.com', 'adminpass');
  const alice = await (await newcomer()).logIn('alice@test.com', 'alice123');
  await keeper.page.getByRole('link', { name: 'New room' }).click();
  await keeper.page.getByLabel('Name').fill('Short Lived');
  await keeper.page.getByLabel('Places').fill('2.5');
  await keeper.page.locator('form').filter({ has: keeper.page.getByLabel('Places') }).evaluate((form: HTMLFormElement) => { form.noValidate = true; });
  await keeper.page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(keeper.page.getByText('has to be a whole number')).toBeVisible();
  await expect(keeper.page.getByLabel('Name')).toHaveValue('Short Lived');
  await keeper.page.getByLabel('Places').fill('5');
  await keeper.page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(keeper.page.getByRole('heading', { level: 1, name: 'Short Lived' })).toBeVisible();
  await alice.page.reload();
  await alice.enter('Short Lived');
  await alice.alive();
  // What she sends is held back until the room is closed.
  let release = () => {};
  const closed = new Promise<void>((done) => (release = done));
  await alice.page.route('**/api/messages/post', async (route) => {
    await closed;
    await route.continue();
  });
  await alice.say('one more word');
  await expect(alice.talk.locator('.pending')).toHaveCount(1);
  await keeper.page.getByRole('link', { name: 'Settings' }).click();
  await keeper.page.getByRole('button', { name: 'Archive this for all' }).click();
  await keeper.page.getByRole('button', { name: 'Archive it', exact: true }).click();
  await keeper.page.waitForURL('**/rooms');
  release();
  await expect(alice.talk.getByText('Not sent.')).toBeVisible();
  await expect(alice.page.getByText('This is archived. It can be read')).toBeVisible();
  await alice.page.reload();
  await expect(alice.talk.getByText('one more word')).toHaveCount(1);
  // The browser itself notes that an answer was a refusal.
  alice.complaints.length = 0;
});

test('who is logged in is not asked to log in', async ({ newcomer }) => {
  const carol = await (await newcomer()).logIn('carol@test.com', 'carol123');
  for (const path of ['/login', '/register']) {
    await carol.page.goto(path);
    await carol.page.waitForURL('**/rooms');
  }
});
