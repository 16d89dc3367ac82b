/**
 * The simulated exchange as a process of its own, on the configuration of a desk and with a market
 * for each symbol that the desk names, that writes down
 * on the machine's monotonic clock what it booked for the desk: `NS accepted|ended CLIENT_ID`.
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
import { startVenueServer } from '../../../src/simulation/server/venue-server.ts';

const [folder, configFile, stampsFile, eventsPerSecond] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const SEED = 1;
const WRITE_EVERY_MS = 20;
const FOLDER_MODE = 0o700;

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
const started = await startVenueServer({
  ...generatedVenue(simulation, section, {
    clock: nodeClock,
    timers: nodeTimers,
    random: rngOf(SEED),
    account: venueAccount(nodeFiles, folder, section, nodeEntropy),
    records: null,
  }),
  markets,
  flows,
  port: 0,
  timers: nodeTimers,
  note: (note) => process.stderr.write(`${JSON.stringify(note)}\n`),
});
if (!started.ok) throw new Error(JSON.stringify(started.error));
const { venue, port } = started.value;

let stamps = '';
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
