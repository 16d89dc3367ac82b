/**
 * The simulated exchange as a process of its own, on the configuration of a desk and with a market
 * for each symbol that the desk names, that writes down
 * on the machine's monotonic clock what it booked for the desk, `NS accepted|ended CLIENT_ID`, and
 * what came over each socket of orders, the bytes themselves: `NS opened|placed|cancelled|closed N`
 * with the number of the socket, and the client id behind it for an order.
 *
 *   node stamped-venue.js DATA_FOLDER CONFIG_FILE STAMPS_FILE EVENTS_PER_SECOND
 */
import { appendFileSync } from 'node:fs';
import { loadConfig } from '../../../src/config/load.ts';
import { nodeClock, nodeEntropy, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { venueAccount, venueFolder, writeNotice } from '../../../src/desk/venue/notice.ts';
import { ACCOUNT, generatedVenue, type VenueSection } from '../../../src/desk/venue/options.ts';
import {
  DEFAULT_MARKETS,
  type MarketOptions,
} from '../../../src/simulation/exchange/market-rules.ts';
import { DEFAULT_FLOWS, type FlowProfile } from '../../../src/simulation/flow/flow-profile.ts';
import { openVenue } from '../../../src/simulation/server/venue.ts';
import { serveVenue } from '../../../src/simulation/server/venue-server.ts';

const [folder, configFile, stampsFile, eventsPerSecond] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const SEED = 1;
const WRITE_EVERY_MS = 20;
const FOLDER_MODE = 0o700;
const CANCELS = /"method":"(order|openOrders)\.cancel/;

const loaded = loadConfig(configFile);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
const { simulation, venues } = loaded.value.config;
nodeFiles.ensureFolder(venueFolder(folder), FOLDER_MODE);
nodeFiles.ensureFolder(`${folder}/run`, FOLDER_MODE);
const [section] = venues as [VenueSection];
const { symbols, name, kind } = section;
const markets = symbols.map(marketOf);
const flows = Object.fromEntries(
  symbols.map((symbol) => [
    symbol,
    { ...flowOf(symbol), eventsPerSecond: Number(eventsPerSecond) },
  ]),
);
const opened = openVenue({
  ...generatedVenue(simulation, section, {
    clock: nodeClock,
    timers: nodeTimers,
    random: rngOf(SEED),
    account: venueAccount(nodeFiles, folder, section, nodeEntropy),
    records: null,
  }),
  markets,
  flows,
});
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const venue = opened.value;

let stamps = '';
let sockets = 0;
const stamp = (what: string): void => {
  stamps += `${process.hrtime.bigint()} ${what}\n`;
};
const served = await serveVenue(
  { handleHttp: venue.handleHttp.bind(venue), connect: stampedConnect, stop: () => venue.stop() },
  {
    port: 0,
    timers: nodeTimers,
    note: (note) => process.stderr.write(`${JSON.stringify(note)}\n`),
  },
);
if (!served.ok) throw new Error(JSON.stringify(served.error));
venue.start();
const { port } = served.value;

function stampedConnect(...words: Parameters<typeof venue.connect>) {
  const session = venue.connect(...words);
  const [, path] = words;
  if (session === null || !path.includes('ws-api')) return session;
  sockets += 1;
  const number = sockets;
  stamp(`opened ${number}`);
  return {
    message(text: string) {
      const clientId = /"newClientOrderId":"([^"]+)"/.exec(text)?.[1];
      if (clientId !== undefined) stamp(`placed ${number} ${clientId}`);
      else if (CANCELS.test(text)) stamp(`cancelled ${number}`);
      session.message(text);
    },
    pong: () => session.pong(),
    closed() {
      stamp(`closed ${number}`);
      session.closed();
    },
  };
}

venue.exchange.listen((events) => {
  const atNs = process.hrtime.bigint();
  for (const event of events) {
    if (event.kind !== 'executed' || event.order.account !== ACCOUNT) continue;
    const { status, clientId } = event.order;
    if (event.execution === 'new') stamps += `${atNs} accepted ${clientId}\n`;
    if (status !== 'new' && status !== 'partially-filled') stamps += `${atNs} ended ${clientId}\n`;
  }
});
setInterval(() => {
  if (stamps === '') return;
  appendFileSync(stampsFile, stamps);
  stamps = '';
}, WRITE_EVERY_MS);
const fronts = [{ name, kind, port }];
const { pid } = process;
writeNotice(nodeFiles, folder, { pid, port, fronts, source: 'generated', startedBy: 'hand' });
process.stdout.write(`simulated exchange on ${port}\n`);

/** One of the venue's own, or another like ETHUSDT under this name. */
function marketOf(symbol: string): MarketOptions {
  const known = DEFAULT_MARKETS.find((market) => market.symbol === symbol);
  const like = DEFAULT_MARKETS[1] as MarketOptions;
  return known ?? { ...like, symbol, base: symbol.slice(0, -like.quote.length) };
}

function flowOf(symbol: string): FlowProfile {
  return DEFAULT_FLOWS[symbol] ?? (DEFAULT_FLOWS['ETHUSDT'] as FlowProfile);
}
