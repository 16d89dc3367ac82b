import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linksSection } from '../../../src/config/links-section.ts';
import { parseConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { openLinks } from '../../../src/desk/links/open-links.ts';
import { livelyConfig } from '../../support/process/lively-config.ts';
import { withFiles } from '../../support/replay/files.ts';
import { root } from '../../support/shared.ts';

const fixture = (name: string): string => join(root, 'test', 'support', 'fixtures', 'links', name);
const PAPERS = {
  certificate: fixture('london.pem'),
  key: fixture('london.key'),
  authority: fixture('authority.pem'),
};
const LINKS = {
  node: 'london',
  listen: ['unix', '[::1]:7444'],
  tls: PAPERS,
  peers: [
    { node: 'tokyo', dial: '10.0.0.2:7444' },
    { node: 'paris', dial: '/paris.sock' },
    { node: 'rome' },
  ],
};

function open(links: unknown) {
  const loaded = parseConfig(livelyConfig(), 'desk.yaml');
  if (!loaded.ok) throw new Error('the lively desk is right');
  const config: Config = { ...loaded.value.config, remote: { links: linksSection.parse(links) } };
  return openLinks(nodeFiles, '/data', config);
}

function faultOf(links: unknown): string {
  const opened = open(links);
  assert.not(opened.ok);
  return opened.ok ? '' : opened.error;
}

test('without the section there are no links, and no file is read', () => {
  const loaded = parseConfig(livelyConfig(), 'desk.yaml');
  if (!loaded.ok) throw new Error('the lively desk is right');
  assert.equal(openLinks(nodeFiles, '/data', loaded.value.config), { ok: true, value: null });
});

test('places and papers are found', () => {
  const opened = open(LINKS);
  if (!opened.ok || opened.value === null) throw new Error('wanted links');
  const credentials = {
    certificate: readFileSync(PAPERS.certificate),
    key: readFileSync(PAPERS.key),
    authority: readFileSync(PAPERS.authority),
  };
  const tls = (host: string) => ({ kind: 'tls', host, port: 7444, credentials });
  assert.equal(opened.value, {
    node: 'london',
    listen: [{ kind: 'unix', path: '/data/run/links.sock' }, tls('::1')],
    peers: [
      { node: 'tokyo', dial: tls('10.0.0.2') },
      { node: 'paris', dial: { kind: 'unix', path: '/paris.sock' } },
      { node: 'rome', dial: null },
    ],
  });
});

test('papers that are missing, do not fit or are of another node keep the desk shut', () =>
  withFiles({ 'bad.pem': 'garbage' }, async (pathOf) => {
    writeFileSync(pathOf('other.key'), readFileSync(fixture('tokyo.key')));
    const papers = (change: object) => faultOf({ ...LINKS, tls: { ...PAPERS, ...change } });
    for (const name of ['certificate', 'key', 'authority']) {
      const said = papers({ [name]: pathOf('none') });
      assert.is(said, `remote.links.tls.${name}: found no file ${pathOf('none')}, wanted PEM`);
    }
    assert.match(papers({ certificate: pathOf('bad.pem') }), 'remote.links.tls: ');
    assert.match(papers({ key: pathOf('other.key') }), 'wanted that of remote.links.tls.key');
    const tokyo = { certificate: fixture('tokyo.pem'), key: fixture('tokyo.key') };
    assert.match(papers(tokyo), 'found a certificate of CN=tokyo, wanted CN=london');
  }));

test.run();
