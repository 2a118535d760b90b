/** Tables that are lists of cards where there is no room for columns. */
import { type Markup, html } from './markup.ts';

export interface HtmlColumn {
  readonly title: string;
  readonly align?: 'right';
}

export type Cell = string | Markup;

/** The first cell of a row names it. */
export function table(caption: string | null, columns: readonly HtmlColumn[], rows: readonly (readonly Cell[])[]): Markup | null {
  if (rows.length === 0) return null;
  const align = (index: number): Markup | null => (columns[index]?.align === 'right' ? html` class="num"` : null);
  const row = ([first = '', ...rest]: readonly Cell[]): Markup => html`<tr><th scope="row">${first}</th>${rest.map((cell, index) => html`<td${align(index + 1)} data-title="${columns[index + 1]?.title ?? ''}">${cell}</td>`)}</tr>`;
  return html`<table>${caption === null ? null : html`<caption>${caption}</caption>`}<thead><tr>${columns.map(({ title }, index) => html`<th scope="col"${align(index)}>${title}</th>`)}</tr></thead><tbody>${rows.map(row)}</tbody></table>`;
}
