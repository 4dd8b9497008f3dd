// The logging trails that a change would stop, and why; for dialogs that ask before the change.
import { useClients } from "../aws/clients";
import { type Proposal, forecast } from "../aws/inquiry";
import { useQuery } from "../aws/useQuery";
import { StoppedTrails } from "./useStopGuard";

export function ForecastStops({ proposal }: { proposal: Proposal }) {
  const clients = useClients();
  const { Bucket, KeyArn, Policy } = proposal;
  const query = useQuery((signal) => forecast(clients, { Bucket, KeyArn, Policy }, signal), [clients, Bucket, KeyArn, Policy]);
  return query.data?.length ? <StoppedTrails stopped={query.data} /> : null;
}
