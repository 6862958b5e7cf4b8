import { type DataSource, isBlob, type Opened, openBlob, openUrl } from './source.js';

/** Opens a URL or a blob: what a browser can. */
export async function open(source: DataSource): Promise<Opened> {
  return isBlob(source) ? openBlob(source) : openUrl(String(source));
}
