import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listenAddress } from '../../src/config/host-port.ts';
import { remoteSection } from '../../src/config/remote-section.ts';

const TLS = {
  listen: '127.0.0.1:7443',
  certificate: 'desk.pem',
  key: 'desk.key',
  clients: ['ab'.repeat(32)],
};

test('nobody reaches a desk from elsewhere unless it is said', () => {
  assert.equal(remoteSection.parse({}), {});
  assert.equal(remoteSection.parse({ tls: TLS }), { tls: TLS });
});

const addresses: [text: string, host: string, port: number][] = [
  ['127.0.0.1:7443', '127.0.0.1', 7443],
  ['desk.example:0', 'desk.example', 0],
  ['[::1]:65535', '::1', 65_535],
];
for (const [listen, host, port] of addresses) {
  test(`${listen} is an address`, () => {
    assert.ok(remoteSection.safeParse({ tls: { ...TLS, listen } }).success);
    assert.equal(listenAddress(listen), { host, port });
  });
}

const BAD: [field: string, value: unknown][] = [
  ['listen', '127.0.0.1'],
  ['listen', '127.0.0.1:65536'],
  ['listen', ':7443'],
  ['certificate', ''],
  ['key', 7],
  ['clients', []],
  ['clients', Array.from({ length: 65 }, () => TLS.clients[0])],
  ['clients', ['AB'.repeat(32)]],
  ['clients', ['ab']],
];
for (const [field, value] of BAD) {
  test(`${field} of ${JSON.stringify(value).slice(0, 40)} is refused by name`, () => {
    const parsed = remoteSection.safeParse({ tls: { ...TLS, [field]: value } });
    assert.equal(parsed.error?.issues[0]?.path.slice(0, 2), ['tls', field]);
  });
}

test('a key that is missing or unknown is refused', () => {
  const { key: _, ...rest } = TLS;
  assert.not(remoteSection.safeParse({ tls: rest }).success);
  assert.not(remoteSection.safeParse({ tls: { ...TLS, password: 'x' } }).success);
});

test.run();
