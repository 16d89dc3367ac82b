/** `127.0.0.1:7443` or `[::1]:7443`. */
const ADDRESS = /^(?:\[([0-9a-fA-F:]{2,39})\]|([0-9A-Za-z.-]{1,253})):(\d{1,5})$/;
const PORT_MAX = 65_535;

/** What would be right in place of a text that is no host with a port; null when it is one. */
export function addressFault(text: string): string | null {
  const port = Number(ADDRESS.exec(text)?.[3] ?? Number.NaN);
  return port <= PORT_MAX ? null : 'HOST:PORT, such as 127.0.0.1:7443';
}

/** Host and port of a checked address. */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = ADDRESS.exec(text);
  return { host: match?.[1] ?? match?.[2] ?? '127.0.0.1', port: Number(match?.[3] ?? 0) };
}
