import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';

/** A running server on a data folder of its own. */
export class House {
  private child?: ChildProcess;
  url = '';
  port = '0';

  constructor(
    readonly data: string,
    readonly settings: Record<string, string>,
  ) {}

  static async open(settings: Record<string, string>): Promise<House> {
    // Where root runs the stories the database runs as somebody else, who must be able to come here.
    const data = join(tmpdir(), `gathering-story-${randomUUID()}`);
    mkdirSync(data, { mode: 0o755 });
    const house = new House(data, settings);
    await house.start();
    return house;
  }

  async start(): Promise<void> {
    const { SERVER, SITE_DIR, PG_BIN, PATH } = process.env;
    if (!SERVER) throw new Error('run the stories by `cargo xtask test end2end`');
    // No AI begins by itself in the middle of a story, unless the story is about that.
    const env = { PATH, SITE_DIR, PG_BIN, PORT: this.port, DATA_DIR: this.data, LOG: 'warn', AI_SILENCE_MINUTES: '0', LOCAL_SERVERS: 'none', ...this.settings };
    const child = spawn(SERVER, [], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    for await (const line of createInterface({ input: child.stdout! })) {
      const url = line.split('open at ')[1];
      if (!url) continue;
      this.url = url.trim();
      this.port = new URL(this.url).port;
      child.stdout!.resume();
      return;
    }
    throw new Error('the server ended before it was open');
  }

  /** Takes away the limit of a sample person: the stories share one space, and alice says a lot in them. */
  async lift(name: string): Promise<void> {
    let cookie = '';
    const call = async (endpoint: string, body: unknown) => {
      const headers = { 'content-type': 'application/json', accept: 'application/json', 'sec-fetch-site': 'none', cookie };
      const answer = await fetch(`${this.url}/api/${endpoint}`, { method: 'POST', headers, body: JSON.stringify(body) });
      cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      return answer.json();
    };
    await call('accounts/login', { login: 'testadmin@thegathering.com', password: 'adminpass' });
    const people = await call('admin/people', {});
    await call('admin/quota', { person: people.find((one: { name: string }) => one.name === name).id });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The stub provider: says what it is told to. */
export class Stub {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async open(): Promise<Stub> {
    const child = spawn(process.env.STUB!, ['0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout! })) {
      return new Stub(child, `http://127.0.0.1:${line.trim()}`);
    }
    throw new Error('the stub provider ended');
  }

  async says(script: Record<string, unknown>): Promise<void> {
    await fetch(`${this.url}/script`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(script),
    });
  }

  async release(): Promise<void> {
    await fetch(`${this.url}/release`, { method: 'POST' });
  }

  /** Waits until it was asked something that has these words in it. */
  async asked(words: string): Promise<void> {
    await expect.poll(async () => (await fetch(`${this.url}/requests`)).text(), { timeout: 30_000 }).toContain(words);
  }

  close(): void {
    this.child.kill();
  }
}

/** Somebody in a browser of their own. Whatever their console complains of fails the story. */
export class Visitor {
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly house: House,
  ) {}

  static async arrive(browser: Browser, house: House, options: Parameters<Browser['newContext']>[0] = {}): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: house.url, ...options });
    const visitor = new Visitor(context, await context.newPage(), house);
    visitor.watch(visitor.page);
    return visitor;
  }

  watch(page: Page): void {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  async logIn(login: string, password: string): Promise<this> {
    await this.page.goto('/login');
    await this.page.getByLabel('Name or e-mail').fill(login);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await this.page.waitForURL('**/rooms');
    return this;
  }

  async register(name: string): Promise<this> {
    await this.page.goto('/register');
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.org`);
    await this.page.getByLabel('Password').fill('correct horse');
    await this.page.getByRole('button', { name: 'Register' }).click();
    await this.page.waitForURL('**/rooms');
    return this;
  }

  async enter(room: string): Promise<this> {
    await this.page.getByRole('link', { name: room, exact: true }).first().click();
    await expect(this.page.getByRole('heading', { level: 1, name: room })).toBeVisible();
    const join = this.page.getByRole('main').getByRole('button', { name: 'Join' });
    if (await join.isVisible()) await join.click();
    await expect(this.composer).toBeVisible();
    return this;
  }

  get composer() {
    return this.page.getByRole('textbox', { name: 'Say something' });
  }

  get talk() {
    return this.page.getByRole('log');
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Waits until the page is alive: the stream is open. */
  async alive(): Promise<void> {
    await this.page.waitForFunction(() => document.documentElement.dataset.alive === 'yes');
  }
}

type Fixtures = { newcomer: (options?: Parameters<Browser['newContext']>[0]) => Promise<Visitor> };
type Worker = { stub: Stub; house: House };

export const test = base.extend<Fixtures, Worker>({
  stub: [
    async ({}, use) => {
      const stub = await Stub.open();
      await use(stub);
      stub.close();
    },
    { scope: 'worker' },
  ],
  house: [
    async ({ stub }, use) => {
      const house = await House.open({ OPENAI_BASE_URL: `${stub.url}/v1`, TASK_LEASE_SECONDS: '3', POSTS_PER_MINUTE: '100000' });
      await house.lift('alice');
      await use(house);
      await house.close();
    },
    { scope: 'worker' },
  ],
  newcomer: async ({ browser, house }, use) => {
    const visitors: Visitor[] = [];
    await use(async (options) => {
      const visitor = await Visitor.arrive(browser, house, options);
      visitors.push(visitor);
      return visitor;
    });
    for (const visitor of visitors) {
      expect(visitor.complaints, 'nothing is complained of in the console').toEqual([]);
      await visitor.context.close();
    }
  },
});

export { expect };
