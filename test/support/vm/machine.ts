/**
 * A virtual machine in software emulation that shares this host's root, read-only, and so runs this
 * checkout with this host's Node and gpiod tools on a kernel of Debian. Its GPIO chip is a module
 * of ours (`flyball_gpio.c`), built for that kernel; its watchdog is the i6300esb of QEMU.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../shared.ts';
import { FILE, FOLDER, initramfs, PROGRAM } from './initramfs.ts';

/** Where a kernel lies; a folder that `dpkg -x` has unpacked one into will do. */
const KERNEL_ROOT = process.env['FLYBALL_VM_ROOT'] ?? '/';
const MEGABYTES = 1_024;
const RUN_MS_MAX = Number(process.env['FLYBALL_VM_MS'] ?? 420_000);
/** In the order in which they need one another. */
const MODULES = [
  ...['virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci'],
  ...['netfs', 'fscache', '9pnet', '9pnet_virtio', '9p', 'watchdog', 'i6300esb'],
];
const SUPPORT = join(root, 'test', 'support', 'vm');

const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  gpiomon: 'gpiod',
  setpriv: 'util-linux',
  make: 'make',
  gcc: 'gcc',
};

/** The kernel of the highest version that has its modules beside it, or null. */
function kernelRelease(): string | null {
  const boot = join(KERNEL_ROOT, 'boot');
  const names = existsSync(boot) ? readdirSync(boot) : [];
  const releases = names
    .filter((name) => name.startsWith('vmlinuz-'))
    .map((name) => name.slice('vmlinuz-'.length))
    .filter((release) => existsSync(modulesOf(release)));
  return releases.sort().at(-1) ?? null;
}

const modulesOf = (release: string): string =>
  join(KERNEL_ROOT, 'lib', 'modules', release, 'kernel');
const headersOf = (release: string): string => join('/usr/src', `linux-headers-${release}`);

/** Packages of Debian that are missing here; none means that the machine can run. */
export function missingPackages(): string[] {
  const missing = Object.entries(PROGRAMS)
    .filter(([program]) => spawnSync('which', [program]).status !== 0)
    .map(([, name]) => name);
  const release = kernelRelease();
  if (release === null)
    missing.push(`linux-image-amd64 (under ${KERNEL_ROOT}, or FLYBALL_VM_ROOT)`);
  else if (!existsSync(headersOf(release))) missing.push(`linux-headers-${release}`);
  return missing;
}

export interface GuestRun {
  /** What the program in the machine said, a parsed JSON line each. */
  readonly said: readonly Record<string, unknown>[];
  /** What QEMU told of the machine: `SHUTDOWN`, `WATCHDOG` and so on. */
  readonly events: readonly string[];
  /** Everything on the console, the kernel's words included. */
  readonly console: string;
}

/** Boots, runs a scenario of `guest.ts`, and waits until the machine is off. */
export async function inMachine(scenario: string): Promise<GuestRun> {
  const release = kernelRelease() as string;
  const folder = mkdtempSync(join(tmpdir(), 'flyball-vm-'));
  try {
    writeFileSync(join(folder, 'initramfs'), initramfs(entriesFor(release, scenario, folder)));
    const events = await run(release, folder);
    const text = readFileSync(join(folder, 'console'), 'utf8');
    const lines = text.split('\n').map((line) => line.trim());
    const said = lines.filter((line) => /^\{.*\}$/.test(line)).map((line) => JSON.parse(line));
    return { said, events, console: text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function entriesFor(release: string, scenario: string, folder: string) {
  const found = readdirSync(modulesOf(release), { recursive: true, encoding: 'utf8' });
  const modules = MODULES.flatMap((name) => {
    const path = found.find((each) => basename(each) === `${name}.ko`);
    // What is not there is built into that kernel.
    return path === undefined
      ? []
      : [{ name, bytes: readFileSync(join(modulesOf(release), path)) }];
  });
  modules.push({ name: 'flyball_gpio', bytes: builtChip(release, folder) });
  const busybox = spawnSync('which', ['busybox'], { encoding: 'utf8' }).stdout.trim();
  return [
    ...['bin', 'dev', 'proc', 'sys', 'host', 'modules'].map((name) => ({
      ...{ name, mode: FOLDER, bytes: null },
    })),
    { name: 'bin/busybox', mode: PROGRAM, bytes: readFileSync(busybox) },
    { name: 'init', mode: PROGRAM, bytes: Buffer.from(initScript(scenario, modules)) },
    ...modules.map(({ name, bytes }) => ({ name: `modules/${name}.ko`, mode: FILE, bytes })),
  ];
}

function builtChip(release: string, folder: string) {
  copyFileSync(join(SUPPORT, 'flyball_gpio.c'), join(folder, 'flyball_gpio.c'));
  writeFileSync(join(folder, 'Makefile'), 'obj-m := flyball_gpio.o\n');
  const words = ['-C', headersOf(release), `M=${folder}`, 'modules'];
  const made = spawnSync('make', words, { encoding: 'utf8' });
  if (made.status !== 0)
    throw new Error(`the module cannot be built\n${made.stdout}${made.stderr}`);
  return readFileSync(join(folder, 'flyball_gpio.ko'));
}

/** The loop wire of the self-test is soldered; every contact is closed. */
function initScript(scenario: string, modules: readonly { readonly name: string }[]): string {
  const options: Readonly<Record<string, string>> = {
    flyball_gpio: ' wire_from=5 wire_to=25',
    i6300esb: ' heartbeat=3',
  };
  const insertions = modules.map(
    ({ name }) => `/bin/busybox insmod /modules/${name}.ko${options[name] ?? ''}`,
  );
  const guest = join(root, 'dist', 'test', 'support', 'vm', 'guest.js');
  return `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
${insertions.join('\n')}
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /host
for folder in proc sys dev; do /bin/busybox mount --move /$folder /host/$folder; done
/bin/busybox mount -t tmpfs tmpfs /host/run
export PATH=/usr/bin:/bin:/usr/sbin:/sbin TMPDIR=/run HOME=/run
/bin/busybox chroot /host ${process.execPath} ${guest} ${scenario}
/bin/busybox poweroff -f
`;
}

function run(release: string, folder: string): Promise<string[]> {
  const words = [
    ...['-accel', 'tcg', '-smp', '2', '-m', String(MEGABYTES), '-display', 'none'],
    ...['-kernel', join(KERNEL_ROOT, 'boot', `vmlinuz-${release}`)],
    ...['-initrd', join(folder, 'initramfs')],
    ...['-append', 'console=ttyS0 panic=-1 quiet mitigations=off'],
    ...['-serial', `file:${join(folder, 'console')}`, '-qmp', 'stdio', '-nodefaults'],
    ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ...['-device', 'i6300esb', '-action', 'watchdog=poweroff', '-no-reboot'],
  ];
  return new Promise((resolve, reject) => {
    const machine = spawn('qemu-system-x86_64', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const limit = setTimeout(() => machine.kill('SIGKILL'), RUN_MS_MAX);
    let told = '';
    machine.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    machine.stdin.write('{"execute":"qmp_capabilities"}\n');
    machine.once('error', reject);
    machine.once('close', () => {
      clearTimeout(limit);
      resolve([...told.matchAll(/"event": "([A-Z_]+)"/g)].map(([, event]) => event as string));
    });
  });
}
