import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endpointOf } from '../../../src/venues/lines/dial.ts';

const ALPNProtocols = ['http/1.1'];
const cases: [origin: string, endpoint: object][] = [
  ['http://venue.test', { isSecure: false, host: 'venue.test', port: 80 }],
  ['http://127.0.0.1:8080', { isSecure: false, host: '127.0.0.1', port: 8080 }],
  [
    'https://api.coinbase.com',
    {
      isSecure: true,
      host: 'api.coinbase.com',
      port: 443,
      ALPNProtocols,
      servername: 'api.coinbase.com',
    },
  ],
  ['https://127.0.0.1:9', { isSecure: true, host: '127.0.0.1', port: 9, ALPNProtocols }],
  ['https://[::1]:9', { isSecure: true, host: '::1', port: 9, ALPNProtocols }],
];
for (const [origin, endpoint] of cases) {
  test(`${origin} is dialled there, and asked for by name where it has one`, () => {
    assert.equal(endpointOf(new URL(origin)), endpoint);
  });
}

test.run();
