const UUID = /^00000000-0000-4000-8000-([0-9a-f]{12})$/;

/** The name of an order as this venue gives it. */
export function orderName(orderId: number): string {
  return `00000000-0000-4000-8000-${orderId.toString(16).padStart(12, '0')}`;
}

/** The order id behind a name; NaN for one that this venue never gave. */
export function orderIdOf(name: string): number {
  return Number.parseInt(UUID.exec(name)?.[1] ?? '', 16);
}
