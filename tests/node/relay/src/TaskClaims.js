import { graphql } from 'react-relay';

export const fragment = graphql`
  fragment TaskClaims_task on Task
  @refetchable(queryName: "TaskClaimsPaginationQuery")
  @argumentDefinitions(
    status: { type: "ClaimStatus" }
    first: { type: "Int", defaultValue: 20 }
    after: { type: "String" }
  ) {
    title
    claims(status: $status, first: $first, after: $after) @connection(key: "TaskClaims_claims", filters: ["status"]) {
      totalCount
      edges {
        node {
          status
          member {
            displayName
          }
        }
      }
    }
  }
`;

export const query = graphql`
  query TaskClaimsQuery($id: ID!) {
    task(id: $id) {
      ...TaskClaims_task @arguments(status: SUBMITTED)
    }
  }
`;
