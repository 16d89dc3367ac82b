import { ACTOR_FAULTS } from './actor-faults.ts';
import { DISK_FAULTS } from './disk-faults.ts';
import { type AbsentFault, type Fault, isPresent, type PresentFault } from './fault.ts';
import { TRANSPORT_FAULTS } from './transport-faults.ts';
import { VENUE_FAULTS } from './venue-faults.ts';

interface PartialFault {
  readonly id: string;
  readonly fault: string;
  readonly partly: string;
}

/** What of the catalogue nothing here can suffer, and why. */
export const ABSENT_FAULTS: readonly AbsentFault[] = [
  {
    id: 'F09',
    fault: 'messages between actors are lost, doubled, reordered',
    absent: 'actors of one desk share a lane; links between desks have tests of their own',
  },
  {
    id: 'F22',
    fault: 'DNS fails, TLS fails, a wrong certificate',
    absent: 'the loopback net has neither; test/venues/lines meets them on real sockets',
  },
  {
    id: 'F29',
    fault: 'MDB_MAP_FULL, no reader slot',
    absent: 'LMDB stays outside; test/storage meets it with the real one',
  },
  {
    id: 'F40',
    fault: 'shell clients that flood, hang, lie',
    absent: 'a simulated desk has no shell; test/remote attacks the real one',
  },
  {
    id: 'F41',
    fault: 'a dashboard client that never reads',
    absent: 'there is no dashboard yet; the issue that builds it brings this',
  },
];

/** Every fault of the catalogue, and the additional ones (A), by id. */
export const FAULTS: readonly Fault[] = [
  ...ACTOR_FAULTS,
  ...TRANSPORT_FAULTS,
  ...DISK_FAULTS,
  ...VENUE_FAULTS,
  ...ABSENT_FAULTS,
].sort((left, right) => (left.id < right.id ? -1 : 1));

export const PRESENT_FAULTS: readonly PresentFault[] = FAULTS.filter(isPresent);

/** What is there and does less than its text in the catalogue says. */
export const PARTIAL_FAULTS: readonly PartialFault[] = PRESENT_FAULTS.flatMap(
  ({ id, fault, partly }) => (partly === undefined ? [] : [{ id, fault, partly }]),
);
