/** Coinbase Prime beside a desk: its key in a file, its figures from a venue that checks them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configSchema } from '../../../src/config/schema.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { withPrime } from '../../../src/desk/venue/with-prime.ts';
import type { VenueReply } from '../../../src/simulation/binance/facade.ts';
import { openPrime, primeFacts } from '../../../src/venues/facts/prime-facts.ts';
import { KEY_NAME, SEC1 } from '../../support/coinbase/keys.ts';
import { aCoinbaseVenue } from '../../support/coinbase/venue.ts';
import { threeVenues } from '../../support/desk/two-venues.ts';

const KEY = {
  ...{ accessKey: KEY_NAME, passphrase: 'words', secret: SEC1 },
  ...{ serviceAccountId: 'service', portfolioId: 'portfolio-1' },
};
const SETTINGS = { url: 'http://prime', keyFile: 'prime.json' };

const filesWith = (text: string | null) => ({
  read: () => (text === null ? null : new TextEncoder().encode(text)),
});
const opened = (text: string | null) => openPrime(filesWith(text), SETTINGS);

/** What the venue answers to each question, over the bytes of its requests. */
function asked(over: Partial<typeof KEY> = {}, headers: Record<string, string> = {}) {
  const { facade, time } = aCoinbaseVenue();
  const key = { ...KEY, ...over };
  const sources = primeFacts({ url: 'http://prime', key, timeoutMs: 1 }, 'coinbase');
  return sources.map((source): Result<readonly string[], string> => {
    const query = source.query(time.clock.now());
    const { method, url } = query.request;
    const sent = Object.entries({ ...query.request.headers, ...headers });
    let reply: VenueReply | null = null;
    facade.handleHttp(
      {
        ...{ method, path: new URL(url).pathname, query: '', body: '', address: 'here' },
        headers: Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), value])),
      },
      (found) => {
        reply = found;
      },
    );
    assert.ok(reply);
    const answer = query.decode(ok(reply as VenueReply));
    if (!answer.ok) return err(answer.error.kind);
    return ok(
      answer.value.map((fact) =>
        fact.kind === 'figure-told' ? `${fact.subject} ${fact.figure} ${fact.value}` : fact.kind,
      ),
    );
  });
}

test('credit, commission and balances of a portfolio are told', () => {
  const [credit, commission, balances] = asked();
  assert.ok(credit?.ok && credit.value.includes('prime credit USD credit-limit 0'));
  assert.ok(commission?.ok && commission.value.includes('prime all_in fee-fraction 0.0005'));
  assert.ok(balances?.ok && balances.value.includes('prime BTC total-quantity 10'));
});

test('a signature by another key, or of another time, is refused', () => {
  const refused = [err('refused'), err('refused'), err('refused')];
  assert.equal(asked({ secret: 'another' }), refused);
  assert.equal(asked({ accessKey: 'nobody' }), refused);
  assert.equal(asked({}, { 'X-CB-ACCESS-TIMESTAMP': '1' }), refused);
  assert.equal(asked({}, { 'X-CB-ACCESS-SIGNATURE': 'short' }), refused);
  assert.equal(asked({ portfolioId: '..' }), refused, 'a path of its own is no portfolio');
});

test('a key comes from a file, and nothing of it is shown when it is none', () => {
  const read = opened(JSON.stringify(KEY));
  assert.ok(read.ok && read.value.key.portfolioId === 'portfolio-1');
  for (const [text, why] of [
    [null, /prime\.json is not there/],
    ['{"secret": hunter2', /is no JSON/],
    [JSON.stringify({ ...KEY, secret: 7 }), /wanted a JSON object with accessKey/],
    [JSON.stringify({ ...KEY, more: 'hunter2' }), /wanted a JSON object/],
    [' '.repeat(20_000), /too large/],
  ] as const) {
    const found = opened(text);
    assert.ok(!found.ok);
    assert.match(found.error, why);
    assert.not.match(found.error, /hunter2/);
  }
  const broken = openPrime(
    {
      read: () => {
        throw new Error('EACCES');
      },
    },
    SETTINGS,
  );
  assert.ok(!broken.ok && /EACCES/.test(broken.error));
});

test('Prime is asked beside the first Coinbase, and not without one', () => {
  const base = threeVenues();
  const config = configSchema.parse({ ...base, facts: { prime: SETTINGS } });
  const venues = config.venues.map(({ name }) => ({ name })) as never;
  const files = filesWith(JSON.stringify(KEY));
  const found = withPrime(files, config, venues);
  assert.ok(found.ok);
  assert.equal(
    found.value.map(({ facts = [] }) => facts.map(({ topic }) => topic)),
    [[], [], ['prime', 'prime', 'prime']],
  );
  assert.equal(withPrime(files, base, venues), ok(venues), 'nobody asked for it');
  assert.not.ok(withPrime(filesWith(null), config, venues).ok);
  const without = { ...config, venues: config.venues.slice(0, 2) };
  const refused = withPrime(files, without, venues);
  assert.match(refused.ok ? '' : refused.error, /wanted a venue of kind coinbase/);
});

test.run();
