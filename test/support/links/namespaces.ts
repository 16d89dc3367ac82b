import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { until } from '../process/until.ts';

/** Addresses of the two ends of the cable. */
export const HOSTS = { london: '10.77.0.1', tokyo: '10.77.0.2' } as const;

/**
 * Two network namespaces with one cable between them, without any privilege: both lie in a user
 * namespace of their own and are gone with the processes that hold them.
 */
export class Namespaces {
  readonly #holders: ChildProcess[] = [];

  /** @returns why there are none on this machine */
  static async make(): Promise<Namespaces | string> {
    const tried = spawnSync('unshare', ['-Urn', 'ip', 'link', 'set', 'lo', 'up']);
    if (tried.error !== undefined) return `no unshare: ${tried.error.message}`;
    if (tried.status !== 0) return `unshare -Urn: ${String(tried.stderr).trim()}`;
    const made = new Namespaces();
    const london = await made.#hold(['unshare', '-Urn']);
    const enter = made.within('london');
    const tokyo = await made.#hold([...enter, 'unshare', '-n']);
    const fault =
      made.#run('london', `ip link add cable type veth peer name far netns ${tokyo}`) ??
      made.#run('london', `ip addr add ${HOSTS.london}/24 dev cable`) ??
      made.#run('london', 'ip link set cable up') ??
      made.#run('tokyo', `ip addr add ${HOSTS.tokyo}/24 dev far`) ??
      made.#run('tokyo', 'ip link set far up');
    if (fault === null && london > 0) return made;
    made.close();
    return fault ?? 'no namespace';
  }

  /** Words before a command that is to run in one of them. */
  within(name: 'london' | 'tokyo'): string[] {
    const holder = this.#holders[name === 'london' ? 0 : 1] as ChildProcess;
    return ['nsenter', '-t', String(holder.pid), '-U', '--preserve-credentials', '-n'];
  }

  cut(): void {
    this.#run('london', 'ip link set cable down');
  }

  heal(): void {
    this.#run('london', 'ip link set cable up');
  }

  /** @returns what went wrong, or null */
  #run(name: 'london' | 'tokyo', command: string): string | null {
    const [file, ...words] = [...this.within(name), ...command.split(' ')];
    const ran = spawnSync(file as string, words);
    return ran.status === 0 ? null : `${command}: ${String(ran.stderr).trim()}`;
  }

  /** A process that keeps a namespace for as long as its standard input is open. */
  async #hold(words: readonly string[]): Promise<number> {
    const [file, ...rest] = [...words, 'sh', '-c', 'echo held; exec cat'];
    const holder = spawn(file as string, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#holders.push(holder);
    let text = '';
    holder.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    await until('a namespace', () => text.includes('held') || holder.exitCode !== null);
    return holder.pid as number;
  }

  close(): void {
    for (const holder of this.#holders) holder.stdin?.end();
  }
}
