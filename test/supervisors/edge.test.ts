import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Spawnable } from '../../actors/runtime/blueprint.ts';
import { refByPath } from '../../actors/runtime/ref.ts';
import { aRoot } from '../support/branches.ts';
import { aChild } from '../support/children.ts';

const ENDS = ['edge/links/listener', 'edge/links/link:tokyo', 'edge/links/link:paris'];

/** The real tree with links that do nothing, and what became of them. */
async function withLinks(hasListener = true) {
  const seen: string[] = [];
  const actor = (path: string) => (): Spawnable => aChild(path, seen).start(undefined) as Spawnable;
  const root = await aRoot({
    links: {
      node: actor('edge/node'),
      listener: hasListener ? actor('edge/links/listener') : null,
      links: ['tokyo', 'paris'].map((peer) => ({ peer, start: actor(`edge/links/link:${peer}`) })),
    },
  });
  return { ...root, news: () => seen.splice(0), others: root.news };
}

test('a linked desk has a node, and a listener before its links', async () => {
  const { news } = await withLinks();
  assert.equal(
    news(),
    ['edge/node', ...ENDS].map((path) => `start ${path}`),
  );
  const { news: without } = await withLinks(false);
  assert.equal(
    without(),
    ['edge/node', ...ENDS.slice(1)].map((path) => `start ${path}`),
  );
});

for (const path of ['edge/node', ...ENDS]) {
  test(`a crash of ${path} is its own, a hundred times`, async () => {
    const { news, others, crash, gaveUp, env } = await withLinks();
    news();
    others();
    await crash(path, 100, 30_000);
    await env.advance(60_000);
    assert.equal([...new Set(news())], [`stop ${path}`, `start ${path}`], 'nobody else goes down');
    assert.equal(others(), []);
    assert.equal(gaveUp, []);
  });
}

test('second opinions and facts live and die alone', async () => {
  const seen: string[] = [];
  const actor = (path: string) => (): Spawnable => aChild(path, seen).start(undefined) as Spawnable;
  const path = 'edge/cross-check:a';
  const { crash, news, gaveUp } = await aRoot({
    edge: { crossChecks: [{ venue: 'a', start: actor(path) }] },
    facts: actor('market-data/facts'),
  });
  assert.equal(seen.splice(0).sort(), [`start ${path}`, 'start market-data/facts']);
  news();
  for (const each of [path, 'market-data/facts']) {
    await crash(each, 20, 30_000);
    assert.equal([...new Set(seen.splice(0))], [`stop ${each}`, `start ${each}`]);
  }
  assert.equal([news(), gaveUp], [[], []]);
});

test('a supervisor takes no messages over a link either', async () => {
  const { lane } = await withLinks();
  assert.not(lane.send(refByPath<string>('edge/links'), 'boom'));
});

test.run();
