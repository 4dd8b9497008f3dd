// Tags as the forms hold them, and the two calls that bring a resource to a new set.
import type { TagEditorProps } from "@cloudscape-design/components/tag-editor";

export type Tag = TagEditorProps.Tag;

export interface Pair {
  key: string;
  value: string;
}

/** Tags of an existing resource, for the editor. */
export function existingTags(pairs: readonly Pair[]): Tag[] {
  return pairs.map(({ key, value }) => ({ key, value, existing: true }));
}

/** What the editor holds now, without the rows marked for removal. */
export function tagPairs(tags: readonly Tag[]): Pair[] {
  return tags.filter(({ markedForRemoval }) => !markedForRemoval).map(({ key, value }) => ({ key, value }));
}

/** What must be set and which keys must be removed to get from one set to the other. */
export function tagChanges(before: readonly Pair[], after: readonly Pair[]): { set: Pair[]; remove: string[] } {
  const old = new Map(before.map(({ key, value }) => [key, value]));
  const kept = new Set(after.map(({ key }) => key));
  return {
    set: after.filter(({ key, value }) => old.get(key) !== value),
    remove: [...old.keys()].filter((key) => !kept.has(key)),
  };
}
