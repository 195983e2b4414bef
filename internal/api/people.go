package api

import (
	"context"

	"github.com/lifang/lifang/internal/db"
)

// Person is somebody to whom work can be given.
type Person struct {
	ID        db.ID  `json:"id"`
	Name      string `json:"name"`
	Position  string `json:"position"`
	Zh        string `json:"position_zh"`
	En        string `json:"position_en"`
	OpenTasks int64  `json:"open_tasks"`
}

// PeopleFinder finds members of staff by words, position code and project.
type PeopleFinder func(ctx context.Context, words, position string, project db.ID) ([]Person, error)

// People adds the search for colleagues, for transfer and dispatch.
func People(find PeopleFinder) Module {
	return func(s *Server) {
		type query struct {
			Q        string `query:"q" maxLength:"60"`
			Position string `query:"position" maxLength:"60"`
			Project  db.ID  `query:"project"`
		}
		type found struct {
			Items []Person `json:"items"`
		}
		Add(s, Op{Method: "GET", Path: "/api/people", ID: "people", Permission: Staff, Tag: "flow",
			Zh: "查找同事（转办、派单）", En: "Find colleagues for transfer and dispatch"},
			func(ctx context.Context, in *query) (*found, error) {
				list, err := find(ctx, in.Q, in.Position, in.Project)
				return &found{list}, err
			})
	}
}
