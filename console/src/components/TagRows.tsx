// Rows of tags to edit. Cloudscape brings the texts and the checks.
import TagEditor from "@cloudscape-design/components/tag-editor";
import type { Tag } from "./tags";

interface Props {
  tags: readonly Tag[];
  /** `valid` is false while a key is empty, doubled or not allowed. */
  onChange: (tags: Tag[], valid: boolean) => void;
  limit?: number;
}

export function TagRows({ tags, onChange, limit = 50 }: Props) {
  return (
    <TagEditor tags={tags} tagLimit={limit} onChange={({ detail }) => onChange([...detail.tags], detail.valid)} />
  );
}
