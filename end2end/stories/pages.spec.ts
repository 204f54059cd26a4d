import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../house';

const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 720 } };

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`every page holds up on a ${size}, ${colorScheme}`, async ({ newcomer }) => {
      const guest = await newcomer({ viewport, colorScheme, reducedMotion: 'reduce' });
      const look = async (name: string) => {
        await guest.page.screenshot({ path: `results/looks/${name}-${size}-${colorScheme}.png` });
        const found = await new AxeBuilder({ page: guest.page }).analyze();
        expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
        const wide = await guest.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
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
      await guest.enter('Lobby');
      await guest.alive();
      await look('lobby');
      if (size === 'phone') {
        await guest.page.getByRole('button', { name: 'Here' }).click();
        await expect(guest.page.locator('#here .person-name', { hasText: 'Silas' })).toBeVisible();
        await look('here');
      }
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
  const text = async (visitor: typeof still) => (await visitor.talk.locator('.lines').innerText()).trim();
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
