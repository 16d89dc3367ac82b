import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CutProxy } from '../../support/links/cut-proxy.ts';
import { HOSTS, Namespaces } from '../../support/links/namespaces.ts';
import { NodeProcess } from '../../support/links/node-process.ts';

/** Two nodes whose link can be cut. */
interface Scene {
  readonly london: NodeProcess;
  readonly tokyo: NodeProcess;
  cut(): void;
  heal(): void;
}

const PORT = 7443;

test('F09: two linked processes live through a cut line, and nothing comes twice', async () => {
  await Promise.all([throughProxy(), throughNamespaces()]);
});

async function throughProxy(): Promise<void> {
  const tokyo = new NodeProcess({
    name: 'tokyo',
    peer: 'london',
    place: { host: '127.0.0.1', port: 0 },
  });
  const proxy = await CutProxy.to((await tokyo.hears('ready')).port as number);
  const place = { host: '127.0.0.1', port: proxy.port };
  const london = new NodeProcess({ name: 'london', peer: 'tokyo', place });
  await cutAndHeal({ london, tokyo, cut: () => proxy.cut(), heal: () => proxy.heal() });
  await london.end();
  await tokyo.end();
  proxy.close();
}

/** The same with a cable between two network namespaces, where those can be made. */
async function throughNamespaces(): Promise<void> {
  const namespaces = await Namespaces.make();
  if (typeof namespaces === 'string') {
    process.stdout.write(`\nSKIPPED: no network namespaces here: ${namespaces}\n`);
    return;
  }
  const place = { host: HOSTS.tokyo, port: PORT };
  const enter = (name: 'london' | 'tokyo'): string[] => namespaces.within(name);
  const tokyo = new NodeProcess({ name: 'tokyo', peer: 'london', place }, enter('tokyo'));
  await tokyo.hears('ready');
  const london = new NodeProcess({ name: 'london', peer: 'tokyo', place }, enter('london'));
  await cutAndHeal({ london, tokyo, cut: () => namespaces.cut(), heal: () => namespaces.heal() });
  await london.end();
  await tokyo.end();
  namespaces.close();
}

/** The steps, and what must be true after them. */
async function cutAndHeal({ london, tokyo, cut, heal }: Scene): Promise<void> {
  await london.hears('link-up');
  london.order({ do: 'tell', n: 1 });
  london.order({ do: 'command', n: 2 });
  london.order({ do: 'ask', n: 21, limitMs: 20_000 });
  london.order({ do: 'watch' });
  assert.is((await london.hears('answer')).answer, 42);
  await tokyo.hears('commanded');
  london.order({ do: 'ask', n: -1, limitMs: 20_000 });
  await tokyo.hears('seen', 3);

  cut();
  // While nobody has noticed, what is sent is taken: a statement may be lost, a command is kept.
  london.order({ do: 'tell', n: 3 });
  london.order({ do: 'command', n: 4 });
  const failed = await london.hears('ask-failed');
  assert.equal([failed.n, failed.reason], [-1, 'noconnection'], 'long before its 20 s');
  assert.is((await london.hears('told')).reason, 'noconnection');
  london.order({ do: 'ask', n: 5, limitMs: 20_000 });
  assert.is((await london.hears('ask-failed', 2)).reason, 'noconnection');
  london.order({ do: 'command', n: 6 });
  assert.is((await london.hears('sent', 5)).isIn, false, 'without a link it is refused');
  await tokyo.hears('link-lost');

  heal();
  await london.hears('link-up', 2);
  london.order({ do: 'command', n: 7 });
  london.order({ do: 'ask', n: 8, limitMs: 20_000 });
  assert.is((await london.hears('answer', 2)).answer, 16);
  await tokyo.hears('commanded', 3);
  const commanded = tokyo.all('commanded').map(({ n }) => n);
  assert.equal(commanded, [2, 4, 7], 'each accepted command once, in order, none that was refused');
  const seen = tokyo.all('seen').map(({ n }) => n);
  assert.equal(
    seen.filter((n) => n !== 3),
    [1, 21, -1, 8],
    'nothing twice',
  );
  assert.ok(seen.filter((n) => n === 3).length <= 1, 'what was under way comes at most once');
  assert.is(london.all('told').length, 1, 'a watcher is told once');
  assert.is(london.all('ask-failed').length, 2);
}

test('a node that is killed comes back as a new one to its peer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-links-'));
  const place = { path: join(folder, 'link.sock') };
  let tokyo = new NodeProcess({ name: 'tokyo', peer: 'london', place });
  await tokyo.hears('ready');
  const london = new NodeProcess({ name: 'london', peer: 'tokyo', place });
  await london.hears('link-up');
  london.order({ do: 'watch' });
  london.order({ do: 'ask', n: -1, limitMs: 20_000 });
  await tokyo.hears('seen');
  await tokyo.kill();
  assert.is((await london.hears('ask-failed')).reason, 'noconnection');
  assert.is((await london.hears('told')).reason, 'noconnection');
  tokyo = new NodeProcess({ name: 'tokyo', peer: 'london', place });
  await london.hears('link-up', 2);
  london.order({ do: 'ask', n: 3, limitMs: 20_000 });
  assert.is((await london.hears('answer')).answer, 6);
  await london.end();
  await tokyo.end();
  rmSync(folder, { recursive: true });
});

test.run();
