/** The way in: one Gateway with a certificate, and for each route of the table the rules that keep its promises. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Access, type Route, routeDefaults } from "../config";
import { Certificates } from "./certificates";
import type { CustomArgs, CustomClass, CustomWith } from "./crds";
import type { AccessPlan, GatewayAdapter, Make, RoutePlan } from "./gateway";
import { Gateway, type GatewayStatus, HttpRoute, type RouteRule } from "./gateway-api";
import type { IngressArgs, IngressTransforms } from "./ingress-args";
import { loginLines } from "./logins";
import type { Part } from "./part";
import { Resident, type ResidentOptions } from "./resident";
import {
  exceptions,
  headersOf,
  kindWord,
  listenerOf,
  redirectRoute,
  redirectRule,
  routeName,
} from "./routes";
import { httpService, SERVICE_PORT } from "./service";
import { traefik } from "./traefik";
import { Web } from "./web";

/** What a route waits when it says nothing, in milliseconds: those share the part's own Service. */
const USUAL_TIMEOUT = routeDefaults().timeout.value;

/**
 * ```ts
 * new Ingress("ingress", { space, hosts: { api: { name: "api.example.com", proxied: false } }, routes, parts: { api },
 *   headers: stackDefaults().headers, tls: { issuer: "letsencrypt", minimum: "1.2", redirect: true, … } });
 * ```
 *
 * Makes a Gateway with one listener a host, a certificate, a redirect from http, and an HTTPRoute for each route.
 */
export class Ingress extends Resident<IngressTransforms> {
  /** Address of each host: `https://api.example.com`. */
  readonly urls: Readonly<Record<string, string>>;
  /** How the gateway counts requests to each part. */
  readonly requests: {
    readonly counter: string;
    readonly histogram: string;
    /** Label matchers by part. */
    readonly to: Readonly<Record<string, string>>;
    /** Label matchers by route. */
    readonly of: (route: Route) => string;
  };
  /** Where the gateway answers, as far as it has said. */
  readonly address: pulumi.Output<string | undefined>;
  /** The Gateway's name. */
  readonly gateway: pulumi.Output<string>;
  readonly #args: IngressArgs & { adapter: GatewayAdapter };

  constructor(name: string, given: IngressArgs, opts?: ResidentOptions) {
    super("Ingress", name, given.space, given.transform, opts);
    this.#args = { ...given, adapter: given.adapter ?? traefik };
    const { hosts, tls, adapter } = this.#args;
    this.urls = Object.fromEntries(
      Object.entries(hosts).map(([host, { name: full }]) => [host, `https://${full}`]),
    );

    const gatewayName = this.meta("Gateway").name;
    const certificates = new Certificates(
      `${name}-tls`,
      {
        ...tls,
        gateway: gatewayName,
        hosts: Object.values(hosts).map(({ name: full }) => full),
        reach: adapter.from,
        space: this.space,
      },
      { parent: this },
    );
    const gateway = this.#createGateway(certificates.secret);
    this.gateway = gateway.metadata.name;
    this.address = gateway.status.apply((status) => status?.addresses?.[0]?.value);
    const make = this.#maker();
    adapter.everywhere(tls, make);
    for (const [host, at] of Object.entries(hosts)) this.#createHost(host, at, make);
    if (tls.redirect) this.#createRedirect();
    this.requests = {
      counter: adapter.metrics.counter,
      histogram: adapter.metrics.histogram,
      of: (route) => this.#matchers([route]),
      to: this.#counted(),
    };

    this.finish({ gateway: this.gateway, urls: this.urls });
  }

  #createGateway(certificate: pulumi.Input<string>): CustomWith<GatewayStatus> {
    const { adapter, addressed, className, hosts } = this.#args;
    const allowedRoutes = { namespaces: { from: "Same" as const } };
    const annotations: Record<string, string> =
      addressed === true ? { "pulumi.com/waitFor": "jsonpath={.status.addresses[0].value}" } : {};
    return this.child("gateway", Gateway, {
      metadata: { ...this.meta("Gateway"), annotations },
      spec: {
        gatewayClassName: className ?? adapter.className,
        listeners: [
          { allowedRoutes, name: "http", port: adapter.ports.http, protocol: "HTTP" },
          ...Object.entries(hosts).map(([host, { name }]) => ({
            allowedRoutes,
            hostname: name,
            name: listenerOf(host),
            port: adapter.ports.https,
            protocol: "HTTPS" as const,
            tls: {
              certificateRefs: [{ kind: "Secret" as const, name: certificate }],
              mode: "Terminate" as const,
            },
          })),
        ],
      },
    });
  }

  /** Makes each object once, however many routes ask for it. */
  #maker(): Make {
    const made = new Map<string, { name: string }>();
    return <Spec extends object>(
      suffix: string,
      kind: string,
      type: CustomClass<Spec>,
      spec: CustomArgs<Spec>["spec"],
    ) => {
      const known = made.get(`${kind} ${suffix}`);
      if (known !== undefined) return known;
      // Traefik's options for all must be called `default` and nothing else.
      const metadata = suffix === "default" ? { ...this.meta(kind), name: suffix } : this.meta(kind, suffix);
      const logical = `${kindWord(kind)}-${suffix}`;
      this.#objects.push(this.child(logical, type, { metadata, spec }, {}, "policy"));
      const one = { name: metadata.name };
      made.set(`${kind} ${suffix}`, one);
      return one;
    };
  }

  #createHost(host: string, at: IngressArgs["hosts"][string], make: Make): void {
    const { access, adapter, hosts, routes } = this.#args;
    if (at.redirect !== undefined) {
      const target = hosts[at.redirect];
      if (target === undefined)
        throw new Error(`${this.called}: host ${host} redirects to no host ${at.redirect}`);
      this.#createRoute(`${host}-redirect`, host, [redirectRule({ hostname: target.name, scheme: "https" })]);
      return;
    }
    const own = routes.filter((route) => route.host === host);
    for (const route of [...own, ...exceptions(own, access)]) {
      const name = routeName(route);
      if (route.redirect !== undefined) {
        this.#createRoute(name, host, [redirectRoute(route, route.redirect)]);
      } else {
        this.#createRoute(name, host, adapter.rules(this.#plan(name, route, at.proxied), make));
      }
    }
  }

  /** Label matchers of each part's requests, over all routes that lead to it. */
  #counted(): Record<string, string> {
    const parts = new Set(this.#args.routes.flatMap(({ to }) => (to === undefined ? [] : [to])));
    return Object.fromEntries(
      [...parts].map((part) => [part, this.#matchers(this.#args.routes.filter(({ to }) => to === part))]),
    );
  }

  #matchers(routes: readonly Route[]): string {
    const { adapter, space } = this.#args;
    const names = routes.map((route) => this.meta("HTTPRoute", routeName(route)).name);
    return adapter.metrics.matchers(space.namespaceName, names);
  }

  #plan(name: string, route: Route, proxied: boolean): RoutePlan {
    const { parts, sticky } = this.#args;
    const part = parts[route.to ?? ""];
    if (part?.service === undefined)
      throw new Error(`${this.called}: route ${name} leads to no part that listens`);
    const web = part instanceof Web;
    const own = Object.keys(route.headers).length > 0;
    return {
      access: this.#access(name, route),
      body: route.body,
      cache: route.cache,
      compress: route.compress,
      concurrent: route.concurrent,
      exact: route.exact,
      headers: headersOf(this.#args.headers, route, web),
      headersOf: own ? name : web ? "web" : "api",
      limit: route.limit,
      methods: route.methods ?? [],
      name,
      onlyFrom: proxied ? this.#args.onlyFrom : undefined,
      path: route.path,
      port: SERVICE_PORT,
      proxied,
      service: this.#serviceOf(part, part.service, route.timeout),
      spa: web && part.spa,
      sticky: sticky?.includes(route.to ?? "") ?? false,
      stream: route.stream,
      strip: route.strip,
      timeout: route.timeout,
    };
  }

  /**
   * A way to the part for each patience: Traefik keeps one timeout for a Service and port, and of two routes that say
   * different ones to the same Service it takes either.
   */
  #serviceOf(
    part: Part,
    usual: pulumi.Input<string>,
    { value, text }: Route["timeout"],
  ): pulumi.Input<string> {
    if (value === USUAL_TIMEOUT) return usual;
    const suffix = `${part.short}-within-${text}`;
    const there = this.#services.get(suffix);
    if (there !== undefined) return there;
    const { metadata } = this.child(
      `service-${suffix}`,
      k8s.core.v1.Service,
      httpService(this.meta("Service", suffix), part.selector),
    );
    this.#services.set(suffix, metadata.name);
    return metadata.name;
  }

  #access(name: string, route: Route): AccessPlan | undefined {
    const { access } = this.#args;
    const open = access?.except.includes(route.path) ?? false;
    const rule = route.access ?? (open ? undefined : access);
    if (rule === undefined || (rule.allow === undefined && rule.basicAuth === undefined)) return undefined;
    const shared = route.access === undefined;
    const users =
      rule.basicAuth === undefined ? undefined : this.#logins(shared ? "all" : name, rule.basicAuth);
    return { allow: rule.allow, users };
  }

  /** What routes stand on: there before a route names it, and until none does. */
  readonly #objects: pulumi.Resource[] = [];
  readonly #services = new Map<string, pulumi.Output<string>>();
  readonly #madeLogins = new Map<string, pulumi.Output<string>>();

  #logins(name: string, users: NonNullable<Access["basicAuth"]>): pulumi.Output<string> {
    const known = this.#madeLogins.get(name);
    if (known !== undefined) return known;
    const lines = loginLines(users, (secret) => this.#password(secret));
    const secret = this.contentSecret(`logins-${name}`, { users: lines }, "logins").metadata.name;
    this.#madeLogins.set(name, secret);
    return secret;
  }

  #password(name: string): pulumi.Output<string> {
    const held = this.#args.secret?.(name);
    if (held === undefined) throw new Error(`${this.called}: nobody said where the secret ${name} is`);
    if ("value" in held) return held.value;
    throw new Error(
      `${name}: a password the gateway asks for cannot come from an external store; generate it or give it`,
    );
  }

  #createRoute(name: string, host: string, rules: RouteRule[], listeners = this.#listeners(host)): void {
    this.child(
      `route-${name}`,
      HttpRoute,
      {
        metadata: this.meta("HTTPRoute", name),
        spec: {
          hostnames: [this.#args.hosts[host]?.name ?? ""],
          parentRefs: listeners.map((sectionName) => ({ name: this.gateway, sectionName })),
          rules,
        },
      },
      { dependsOn: [...this.#objects] },
      "route",
    );
  }

  #listeners(host: string): string[] {
    return this.#args.tls.redirect ? [listenerOf(host)] : [listenerOf(host), "http"];
  }

  #createRedirect(): void {
    this.child("route-https", HttpRoute, {
      metadata: this.meta("HTTPRoute", "https"),
      spec: {
        hostnames: Object.values(this.#args.hosts).map(({ name }) => name),
        parentRefs: [{ name: this.gateway, sectionName: "http" }],
        rules: [redirectRule({ scheme: "https" })],
      },
    });
  }
}
