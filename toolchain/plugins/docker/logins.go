package main

import (
	"fmt"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/registry"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"slipway.dev/toolchain/plugins/internal/values"
)

// loginsFor are the credentials for each registry host. The resource's own come first, then the provider's, then what
// `docker login` left on this machine. They only ever travel in the engine's API.
func loginsFor(spec imageSpec, settings resource.PropertyMap) (map[string]registry.AuthConfig, error) {
	logins := map[string]registry.AuthConfig{}
	file, err := config.Load(config.Dir())
	if err != nil {
		return nil, fmt.Errorf("Docker's own settings in %s cannot be read: %w", config.Dir(), err)
	}
	stored, err := file.GetAllCredentials()
	if err != nil {
		return nil, fmt.Errorf("the credentials stored by `docker login` cannot be read: %w", err)
	}
	for address, login := range stored {
		logins[serverHost(address)] = registry.AuthConfig{
			Username: login.Username, Password: login.Password, Auth: login.Auth,
			ServerAddress: login.ServerAddress, IdentityToken: login.IdentityToken, RegistryToken: login.RegistryToken,
		}
	}
	if given := settings["registryAuth"]; given.IsArray() {
		for _, entry := range given.ArrayValue() {
			login := values.Object(entry)
			address := values.Text(login["address"])
			if values.Text(login["password"]) != "" {
				logins[serverHost(address)] = registry.AuthConfig{
					Username: values.Text(login["username"]), Password: values.Text(login["password"]), ServerAddress: address,
				}
			}
		}
	}
	if spec.registry.password != "" {
		host := serverHost(spec.registry.server)
		if host == "" {
			named, err := reference.ParseNormalizedNamed(spec.name)
			if err != nil {
				return nil, err
			}
			host = reference.Domain(named)
		}
		logins[host] = registry.AuthConfig{
			Username: spec.registry.username, Password: spec.registry.password, ServerAddress: host,
		}
	}
	return logins, nil
}
