import { graphql } from 'react-relay';

export const fragment = graphql`
  fragment TaskArenaTasks_arena on TaskArena
  @refetchable(queryName: "TaskArenaTasksPaginationQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    openCount
    tasks(first: $first, after: $after) @connection(key: "TaskArenaTasks_tasks") {
      edges {
        node {
          title
          points
          claimedCount
          capacity
        }
      }
    }
  }
`;

export const query = graphql`
  query TaskArenaTasksQuery($organizationId: ID!) {
    taskArena(organizationId: $organizationId) {
      ...TaskArenaTasks_arena
    }
  }
`;

export const subscription = graphql`
  subscription TaskArenaTasksSubscription($organizationId: ID!) {
    taskArenaUpdated(organizationId: $organizationId) {
      version
      ...TaskArenaTasks_arena
    }
  }
`;
