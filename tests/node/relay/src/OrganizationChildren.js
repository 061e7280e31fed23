import { graphql } from 'react-relay';

export const fragment = graphql`
  fragment OrganizationChildren_organization on Organization
  @refetchable(queryName: "OrganizationChildrenPaginationQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 50 }, after: { type: "String" }) {
    name
    children(first: $first, after: $after) @connection(key: "OrganizationChildren_children") {
      edges {
        node {
          code
          name
          kind
          memberCount
        }
      }
    }
  }
`;

export const query = graphql`
  query OrganizationChildrenQuery($id: ID!) {
    organization(id: $id) {
      ...OrganizationChildren_organization
    }
  }
`;
