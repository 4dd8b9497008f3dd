import { NotOffered } from "../../components/NotOffered";
import { t } from "../../i18n";
import type { ServiceModule } from "../registry";
import { Dashboard } from "./Dashboard";
import { Delivery } from "./Delivery";
import { EventPage } from "./events/EventPage";
import { History } from "./events/History";
import { Settings } from "./Settings";
import { EditEvents } from "./trail/EditEvents";
import { EditGeneral } from "./trail/EditGeneral";
import { EditTags } from "./trail/EditTags";
import { TrailPage } from "./trail/TrailPage";
import { Trails } from "./Trails";
import { CreateTrail } from "./wizard/CreateTrail";

const service: ServiceModule = {
  navigation: () => [
    { type: "link", text: t("trail.nav.dashboard"), href: "#/cloudtrail" },
    { type: "link", text: t("trail.nav.events"), href: "#/cloudtrail/events" },
    { type: "link", text: t("trail.nav.insights"), href: "#/cloudtrail/insights" },
    {
      type: "section",
      text: t("trail.nav.lake"),
      defaultExpanded: false,
      items: [
        { type: "link", text: t("trail.nav.lake.dashboards"), href: "#/cloudtrail/lake/dashboards" },
        { type: "link", text: t("trail.nav.lake.query"), href: "#/cloudtrail/lake/query" },
        { type: "link", text: t("trail.nav.lake.stores"), href: "#/cloudtrail/lake/eds" },
      ],
    },
    { type: "link", text: t("trail.nav.trails"), href: "#/cloudtrail/trails" },
    { type: "link", text: t("trail.nav.settings"), href: "#/cloudtrail/settings" },
    { type: "divider" },
    { type: "link", text: t("trail.nav.delivery"), href: "#/cloudtrail/delivery" },
  ],
  routes: [
    { index: true, element: <Dashboard /> },
    { path: "events", element: <History /> },
    { path: "events/:id", element: <EventPage /> },
    { path: "insights", element: <NotOffered title="trail.nav.insights" why="trail.insights.why" /> },
    { path: "lake/dashboards", element: <NotOffered title="trail.nav.lake.dashboards" why="trail.lake.why" /> },
    { path: "lake/query", element: <NotOffered title="trail.nav.lake.query" why="trail.lake.why" /> },
    { path: "lake/eds", element: <NotOffered title="trail.nav.lake.stores" why="trail.lake.why" /> },
    { path: "trails", element: <Trails /> },
    { path: "trails/create", element: <CreateTrail /> },
    { path: "trails/:arn", element: <TrailPage /> },
    { path: "trails/:arn/edit/general", element: <EditGeneral /> },
    { path: "trails/:arn/edit/events", element: <EditEvents /> },
    { path: "trails/:arn/edit/tags", element: <EditTags /> },
    { path: "settings", element: <Settings /> },
    { path: "delivery", element: <Delivery /> },
  ],
};

export default service;
