import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeFault, parseConfig } from '../../src/config/load.ts';
import { remoteSection } from '../../src/config/remote-section.ts';
import { livelyConfig } from '../support/process/lively-config.ts';

const PAPERS = { certificate: 'a.pem', key: 'a.key', authority: 'ca.pem' };
const LINKS = {
  node: 'london',
  listen: ['unix', '127.0.0.1:7444'],
  tls: PAPERS,
  peers: [
    { node: 'tokyo', dial: '10.0.0.2:7444' },
    { node: 'paris', dial: '/var/lib/paris/run/links.sock' },
    { node: 'rome' },
  ],
};

test('a desk has no links unless it is said', () => {
  assert.is(remoteSection.parse({}).links, undefined);
  assert.equal(remoteSection.parse({ links: LINKS }).links, LINKS);
  const dialling = { node: 'london', peers: [{ node: 'paris', dial: '/run/links.sock' }] };
  assert.equal(remoteSection.parse({ links: dialling }).links, { ...dialling, listen: [] });
});

const BAD: [what: string, change: object, path: string, message: string][] = [
  ['a name with a space', { node: 'lon don' }, 'node', 'wanted 1 … 64 letters'],
  ['a place without a port', { listen: ['tokyo'] }, 'listen.0', 'wanted unix or HOST:PORT'],
  ['a port that is none', { listen: ['tokyo:70000'] }, 'listen.0', 'wanted unix or HOST:PORT'],
  ['the same kind twice', { listen: ['unix', 'unix'] }, 'listen.1', 'wanted each kind once'],
  ['an address without papers', { tls: undefined }, 'listen.1', 'wanted remote.links.tls'],
  ['nobody', { peers: [] }, 'peers', '>=1'],
  [
    'a call to nowhere',
    { peers: [{ node: 'tokyo', dial: 'tokyo' }] },
    'peers.0.dial',
    'wanted the path of a socket, or HOST:PORT',
  ],
  [
    'a call over TLS without papers',
    { listen: [], tls: undefined, peers: [{ node: 'tokyo', dial: 'tokyo:7444' }] },
    'peers.0.dial',
    'wanted remote.links.tls',
  ],
  ['itself', { peers: [{ node: 'london' }] }, 'peers.0.node', 'wanted another node'],
  [
    'a peer twice',
    { peers: [{ node: 'tokyo' }, { node: 'tokyo' }] },
    'peers.1.node',
    'wanted each peer once',
  ],
  [
    'a peer that nobody calls',
    { listen: [], peers: [{ node: 'tokyo' }] },
    'peers.0',
    'wanted `dial`, or `listen` above',
  ],
  ['an unknown key', { password: 'x' }, '', 'password'],
];
for (const [what, change, path, message] of BAD) {
  test(`${what} is refused, with the place and what would be right`, () => {
    const parsed = remoteSection.safeParse({ links: { ...LINKS, ...change } });
    const issue = parsed.error?.issues[0];
    assert.is(issue?.path.join('.'), `links${path === '' ? '' : `.${path}`}`);
    assert.match(issue?.message ?? '', message);
  });
}

test('a fault among the peers is told with its line and column', () => {
  const text = `${livelyConfig()}
remote:
  links:
    node: london
    listen: [unix]
    peers:
      - node: london
`;
  const loaded = parseConfig(text, 'desk.yaml');
  assert.not(loaded.ok);
  const line = text.split('\n').indexOf('      - node: london') + 1;
  const said = loaded.ok ? '' : loaded.error.map(describeFault).join();
  assert.match(
    said,
    `desk.yaml:${line}:15 remote.links.peers.0.node: found "london": wanted another node`,
  );
});

test.run();
