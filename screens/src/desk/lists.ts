/** A list as the API pages it. */
export interface Paged<Node> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly edges: readonly { readonly node: Node }[];
}

/** more: so many follow, which are not here. */
export interface Listed<Node> {
  readonly nodes: readonly Node[];
  readonly more: number;
}

/** Page after page, until the last one or until `most` are reached; null where there is no list for the viewer. */
export async function listed<Node>(most: number, page: (after: string | null) => Promise<Paged<Node> | null | undefined>): Promise<Listed<Node> | null> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const found: Paged<Node> | null | undefined = await page(after);
    if (!found) return null;
    nodes.push(...found.edges.map((edge) => edge.node));
    after = found.pageInfo.endCursor;
    if (!found.pageInfo.hasNextPage || after === null) return { nodes, more: 0 };
    if (nodes.length >= most) return { nodes, more: Math.max(1, found.totalCount - nodes.length) };
  }
}
