/** What is to stay free of an amount of which so much is registered. */
export const reserved = (least: number, percent: number, registered: number) =>
  Math.max(least, Math.ceil((registered * percent) / 100));
