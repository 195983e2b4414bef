package fees

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
)

// Homes is the Estate of the house itself: the registers of package estate.
type Homes struct{}

// FindHouseholds searches within the caller's scope for estate.room.read.
func (h Homes) FindHouseholds(ctx context.Context, q db.Queryer, text string, limit int) ([]Household, error) {
	found, err := estate.FindHouseholds(ctx, q, text, limit)
	if err != nil {
		return nil, err
	}
	var homes []Household
	for _, one := range found {
		home, err := household(ctx, q, one)
		if err != nil {
			return nil, err
		}
		homes = append(homes, home)
	}
	return homes, nil
}

// Household returns a room of any project; the desk asks for its own permission in it.
func (h Homes) Household(ctx context.Context, q db.Queryer, room db.ID) (Household, error) {
	found, err := estate.HouseholdOf(ctx, q, room)
	if err != nil {
		return Household{}, err
	}
	if found.ProjectID == 0 {
		return Household{}, db.ErrNotFound
	}
	return household(ctx, q, found)
}

func household(ctx context.Context, q db.Queryer, found estate.FoundHousehold) (Household, error) {
	project, err := estate.Projects.Get(access.With(ctx, access.System("fees")), q, found.ProjectID)
	if err != nil {
		return Household{}, err
	}
	return Household{RoomID: found.RoomID, ProjectID: found.ProjectID, ProjectCode: project.Code, Project: project.Name, Room: found.Room,
		OwnerID: found.OwnerID, Owner: found.Owner, Phone: found.Phone, Plates: found.Plates}, nil
}
