import { graphql } from 'react-relay';

export const fragment = graphql`
  fragment OrganizationMembers_organization on Organization
  @refetchable(queryName: "OrganizationMembersPaginationQuery")
  @argumentDefinitions(
    search: { type: "String" }
    first: { type: "Int", defaultValue: 20 }
    after: { type: "String" }
  ) {
    members(includeDescendants: true, search: $search, first: $first, after: $after)
      @connection(key: "OrganizationMembers_members", filters: ["search"]) {
      edges {
        node {
          displayName
          organization {
            name
          }
        }
      }
    }
  }
`;

export const query = graphql`
  query OrganizationMembersQuery($id: ID!, $search: String) {
    node(id: $id) {
      ...OrganizationMembers_organization @alias @arguments(search: $search)
    }
  }
`;
