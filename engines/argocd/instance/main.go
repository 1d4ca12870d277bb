// Argo CD's repository server, application controller and a Redis in one program, by its first word.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/alicebob/miniredis/v2"
	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	repository "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/spf13/cobra"
)

func main() {
	commands := cobra.Command{Use: "argocd"}
	commands.AddCommand(controller.NewCommand(), repository.NewCommand(), &cobra.Command{
		Use:  "redis ADDRESS",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, words []string) error {
			if err := miniredis.NewMiniRedis().StartAddr(words[0]); err != nil {
				return fmt.Errorf("redis: %w", err)
			}
			select {}
		},
	})
	if err := commands.Execute(); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}
