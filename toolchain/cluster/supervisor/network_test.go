package main

import (
	"strings"
	"testing"
)

const listing = `table ip nat { # handle 4
	chain PREROUTING { # handle 1
		type nat hook prerouting priority dstnat; policy accept;
		xt match "addrtype" counter packets 0 bytes 0 jump CNI-HOSTPORT-DNAT # handle 12
		OTHERS
	}

	chain CNI-HOSTPORT-DNAT { # handle 3
		meta l4proto tcp counter packets 0 bytes 0 jump CNI-DN-0af # handle 14
	}

	chain CNI-DN-0af { # handle 5
		tcp dport 8080 counter packets 0 bytes 0 xt target "DNAT" # handle 15
	}
}
`

func TestHostPortChainsGoAndTheRestStays(t *testing.T) {
	script, empty := withoutHostPorts("ip nat", strings.Replace(listing, "OTHERS", "tcp dport 53 accept # handle 20", 1))
	want := `delete rule ip nat PREROUTING handle 12
flush chain ip nat CNI-HOSTPORT-DNAT
flush chain ip nat CNI-DN-0af
delete chain ip nat CNI-HOSTPORT-DNAT
delete chain ip nat CNI-DN-0af
`
	if script != want || empty {
		t.Fatalf("empty %v, script:\n%s", empty, script)
	}
	if _, empty = withoutHostPorts("ip nat", strings.Replace(listing, "OTHERS", "", 1)); !empty {
		t.Fatal("a table with nothing but ours is not seen as empty")
	}
}

func TestRulesNameTheNetworkAndNothingElse(t *testing.T) {
	network := Network{Bridge: "b0", Address: "10.1.0.1/24", Pods: "10.1.0.0/24", Services: "10.2.0.0/16", API: 6443}
	rules, err := network.rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, placeholder := range []string{"BRIDGE", "NODE", "PODS", "SERVICES", "PORT"} {
		if strings.Contains(rules, placeholder) {
			t.Errorf("%s is still there", placeholder)
		}
	}
	if !strings.Contains(rules, "tcp dport 6443 dnat to 10.1.0.1:6443") {
		t.Error(rules)
	}
}
