import { expect, House, Stub, test, Visitor } from '../house';

test('a provider is found, tried, changed and thought with, and what it cost is shown', async ({ browser }) => {
  const stub = await Stub.open();
  const house = await House.open({ LOCAL_SERVERS: `${stub.url}/v1`, TASK_LEASE_SECONDS: '3' });
  try {
    const keeper = await (await Visitor.arrive(browser, house)).logIn('testadmin@thegathering.com', 'adminpass');
    const { page } = keeper;
    await page.goto('/admin');
    await page.getByRole('link', { name: 'What AIs think with' }).click();
    await expect(page.getByText('AIs that name nothing else think with')).toContainText('with nothing.');
    await page.getByLabel('Model', { exact: true }).first().selectOption('stub');
    await page.getByRole('button', { name: 'Use it' }).click();
    const card = page.locator('section.card', { has: page.getByRole('heading', { name: 'A model server' }) });
    await expect(card).toContainText('costs nothing');
    await expect(page.getByText('AIs that name nothing else think with')).toContainText('A model server');

    await stub.says({ text: 'Hello' });
    await card.getByRole('button', { name: 'Try it' }).click();
    await expect(card.getByRole('status')).toContainText('It answered “Hello”');
    await stub.says({ status: 401 });
    await card.getByRole('button', { name: 'Try it' }).click();
    await expect(card.getByRole('status')).toContainText('Check the key');

    // What is refused comes back, but for the key; and a key is not shown again.
    await card.getByText('Change it').click();
    await card.getByLabel('Address').fill('nowhere');
    await card.getByLabel('Address').evaluate((field) => field.setAttribute('type', 'text'));
    await card.getByLabel('Key', { exact: true }).fill('sk-sesame');
    await card.getByRole('button', { name: 'Save' }).click();
    await expect(card.getByText('This is an address such as')).toBeVisible();
    await expect(card.getByLabel('Address')).toHaveValue('nowhere');
    await expect(card.getByLabel('Key', { exact: true })).toHaveValue('');
    await card.getByLabel('Address').fill(`${stub.url}/v1`);
    await card.getByLabel('Key', { exact: true }).fill('sk-sesame');
    await card.getByLabel('It costs nothing').uncheck();
    await card.getByRole('button', { name: 'Save' }).click();
    await expect(card.locator('.mark', { hasText: 'costs nothing' })).toHaveCount(0);
    await card.getByText('Change it').click();
    await expect(card.getByText('A key is kept')).toBeVisible();
    expect(await page.content()).not.toContain('sesame');

    const prices = page.locator('#prices');
    await prices.getByPlaceholder('Model').fill('stub');
    await prices.getByPlaceholder('$ to read').fill('100');
    await prices.getByPlaceholder('$ to write').fill('200');
    await prices.getByRole('button', { name: 'Set' }).last().click();
    await expect(prices.getByLabel('stub: $ to write')).toHaveValue('200');

    // Silas thinks with another of its models, and has something to fall back on.
    await page.goto('/studio');
    await page.getByRole('link', { name: 'Silas' }).click();
    await page.getByText('Model, and how it chooses its words').click();
    await page.getByLabel('Thinks with').selectOption('A model server');
    await page.getByLabel('Model', { exact: true }).fill('another');
    await page.getByLabel('and if that fails, with (1)').selectOption('A model server');
    await page.getByLabel('Model (1)').fill('stub');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Model, and how it chooses its words').click();
    await expect(page.getByLabel('Model (1)')).toHaveValue('stub');

    await page.goto('/rooms');
    await keeper.enter('Lobby');
    await keeper.alive();
    await stub.says({ status: 500 });
    await stub.says({ text: 'A lamp, a bench, and you.' });
    await keeper.say('@Silas what is here?');
    await expect(keeper.talk.getByText('A lamp, a bench, and you.')).toBeVisible();

    await page.goto('/usage');
    const models = page.getByRole('region', { name: 'By model' }).or(page.locator('section[aria-label="By model"]'));
    await expect(models.getByRole('row', { name: 'stub (A model server)' })).toBeVisible();
    await expect(models.getByRole('row', { name: 'another (A model server)' })).toContainText('1');
    await expect(page.getByRole('img', { name: /^Money, by day: at most \$0\.00/ })).toBeVisible();
    await page.goto('/me');
    await expect(page.getByRole('row', { name: 'Silas' })).toBeVisible();

    await page.goto('/providers');
    await card.getByText('Change it').click();
    await card.getByRole('button', { name: 'Take it out' }).click();
    await expect(page.getByText('Silas would have nothing to think with')).toBeVisible();
    expect(keeper.complaints).toEqual([]);
    await keeper.context.close();
  } finally {
    await house.close();
    stub.close();
  }
});
