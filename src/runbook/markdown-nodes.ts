/** What a drill needs of Markdown, and the lines it stands on. */

export interface RawHeading {
  readonly type: 'heading';
  readonly line: number;
  readonly depth: number;
  /** Markdown of its words. */
  readonly raw: string;
}

export interface RawLine {
  readonly line: number;
  readonly text: string;
}

export interface RawFence {
  readonly type: 'fence';
  readonly line: number;
  /** Line of the closing fence, or null without one. */
  readonly closedAt: number | null;
  /** The opening fence with all that follows it on its line. */
  readonly opening: string;
  readonly content: readonly RawLine[];
}

/** Indented code: text, as GitHub shows it, but perhaps a fence that its nesting broke. */
export interface RawIndented {
  readonly type: 'indented';
  readonly line: number;
  readonly content: readonly RawLine[];
}

export type RawNode = RawHeading | RawFence | RawIndented;

export interface RawMarkdown {
  readonly nodes: readonly RawNode[];
  /** Labels of link definitions: a heading may use them. */
  readonly labels: readonly string[];
}

/** A part of a document. */
export interface RawPiece extends RawMarkdown {
  /** More text would still belong to the last thing in it. */
  readonly open: boolean;
}
